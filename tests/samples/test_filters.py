"""What narrows a draw: filters before it, and restraints on what stands together, in both ways."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ovmr_index import DrawOptions, Filters, Index
from ovmr_index.errors import ShortageError, UsageError
from ovmr_index.samples.options import METHODS, WEIGHTS
from tests.support import draws
from tests.support.exhaustive import examples
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

METHOD = pytest.mark.parametrize("method", METHODS)
SHARED_IMAGE = 2  # of COCO: LVIS and Visual Genome both show it
SIZES = ((31, 70), (40, 52.5), (64, 32), (90, 90), (32, 64), (33, 200))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Index:
    """Return an index of a frequent and a rare category; many of their boxes share an image."""
    builder = TreeBuilder(tmp_path_factory.mktemp("filters") / "datasets", few_synsets)
    builder.lvis(
        categories=[category(3, TENCH), category(7, APPLE, frequency="r")],
        images=[image(key) for key in (1, 2, 3)],
        annotations=[
            annotation(100 * key + i, 1 + i % 3, key, bbox=[0, 0, *SIZES[i % 6]])
            for key, count in ((3, 15), (7, 4))
            for i in range(count)
        ]
        + [annotation(99, 1, 3, bbox=[0, 0, 0, 50])],
    )
    builder.imagenet(
        {
            f"imagenet21k_small_classes/{TENCH_WNID}": ["a.JPEG", "b.JPEG"],
            "train/n02084071": ["not_needed.JPEG"],
        }
    )
    objects = [vg_object(i, TENCH if i % 2 else APPLE, w=40 + i) for i in range(9)]
    builder.visual_genome(
        vg_objects(11, *objects[:6]),
        vg_objects(12, *objects[6:]),
        images=[vg_image(11, coco_id=SHARED_IMAGE), vg_image(12)],
    )
    index = builder.index()
    index.ingest()
    index.collate()
    return index


def _sample(
    index: Index, method: str, filters: Filters, k: int = 99, seed: int = 42, by: str = "area"
) -> dict[int, list[tuple[str, str, int | None]]]:
    options = DrawOptions(k, seed, method, "take-all", by, filters)
    return draws.picked(index.sample(options))


FILTERS: list[tuple[Filters, Callable[[draws.Entry], bool]]] = [
    (Filters(datasets=("lvis",)), lambda one: one.dataset == "lvis"),
    (
        Filters(datasets=("imagenet21k", "visual_genome")),
        lambda one: one.dataset in ("imagenet21k", "visual_genome"),
    ),
    (Filters(splits=("train",)), lambda one: one.split == "train"),
    (
        Filters(splits=("imagenet21k_small_classes",)),
        lambda one: one.split == "imagenet21k_small_classes",
    ),
    (
        Filters(no_rare_boxes=True),
        lambda one: not (one.dataset == "lvis" and one.frequency == "r"),
    ),
    (Filters(min_area=2100), lambda one: one.w is None or one.weight >= 2100),
    (Filters(min_side=40), lambda one: one.w is None or min(one.w, one.h or 0) >= 40),
    (
        Filters(datasets=("lvis", "visual_genome"), min_area=2048, min_side=33, no_rare_boxes=True),
        lambda one: (
            one.w is not None
            and min(one.w, one.h or 0) >= 33
            and one.weight >= 2048
            and not (one.dataset == "lvis" and one.frequency == "r")
        ),
    ),
]


@pytest.mark.exhaustive(
    but=[*(f"{number}-stable" for number in range(len(FILTERS))), "0-numpy", "7-numpy"]
)
@METHOD
@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_only_what_passes_is_drawn(index: Index, method: str, number: int) -> None:
    filters, holds = FILTERS[number]
    pools = {key: list(filter(holds, pool)) for key, pool in draws.read_pools(index).items()}
    assert any(map(len, pools.values()))
    for k in (2, 99):
        drawn = _sample(index, method, filters, k)
        for key, pool in pools.items():
            order = draws.ORDERS[method](pool, 42) if pool else []
            if k > len(order):  # all that there is
                assert sorted(map(str, drawn[key])) == sorted(str(one.names) for one in pool)
            elif method == "stable":
                assert drawn[key] == [one.names for one in order[:k]]
            else:
                assert set(drawn[key]) <= {one.names for one in order}


@METHOD
def test_a_filter_draws_from_the_pool_as_if_nothing_else_were_in_it(
    index: Index, method: str
) -> None:
    pool = [one for one in draws.read_pools(index)[3] if one.dataset == "lvis"]
    filters = Filters(datasets=("lvis",))
    assert _sample(index, method, filters, len(pool) - 1)[3] == [
        one.names for one in draws.ORDERS[method](pool, 42)
    ]


@pytest.mark.slow
@examples(50, few=10)
@given(
    method=st.sampled_from(METHODS),
    seed=st.integers(0, 2**63 - 1),
    k=st.integers(1, 12),
    by=st.sampled_from(WEIGHTS),
    restraints=draws.RESTRAINTS,
)
def test_restraints_are_those_of_plain_python(
    index: Index, method: str, seed: int, k: int, by: str, restraints: dict[str, Any]
) -> None:
    filters = Filters(**restraints)
    assume(filters.restrains)
    drawn = _sample(index, method, filters, k, seed, by)
    for key, pool in draws.read_pools(index).items():
        order = draws.restrained(draws.ORDERS[method](pool, seed, by), **restraints)
        if k <= len(order):
            assert drawn[key] == [one.names for one in order[:k]]
        else:
            assert set(drawn[key]) >= {one.names for one in order}


@METHOD
def test_an_image_of_two_datasets_is_one_image(index: Index, method: str) -> None:
    pools = draws.read_pools(index)
    for names in _sample(index, method, Filters(per_image=1)).values():
        entries = [one for pool in pools.values() for one in pool if one.names in names]
        images = [one.image for one in entries if one.weight > 0]
        assert len(images) == len(set(images))


@METHOD
def test_one_of_a_dataset_comes_first_where_there_is_any(index: Index, method: str) -> None:
    filters = Filters(at_least_one=("imagenet21k",))
    for seed in range(2):
        drawn = _sample(index, method, filters, 1, seed)
        assert drawn[3][0][0] == "imagenet21k"
        assert drawn[7][0][0] != "imagenet21k"


@METHOD
def test_balanced_takes_the_datasets_in_turn(index: Index, method: str) -> None:
    for seed in range(2):
        drawn = _sample(index, method, Filters(balanced=True), 6, seed)
        for round_of_three in (drawn[3][:3], drawn[3][3:]):
            assert len({dataset for dataset, _, _ in round_of_three}) == 3


@METHOD
def test_restraints_make_short_and_are_told(index: Index, method: str) -> None:
    filters = Filters(datasets=("lvis",), per_image=1)
    with pytest.raises(ShortageError, match=r"2 categories have fewer than 4 .*tench\.n\.01 \(3\)"):
        index.sample(DrawOptions(4, 42, method, filters=filters))
    report = index.samples.draw(DrawOptions(4, 42, method, "repeat", filters=filters))
    assert [(one.synset, one.held) for one in report.short] == [(TENCH, 3), (APPLE, 3)]
    for names in draws.picked(report.categories).values():
        assert names[3] == names[0]
        assert len(set(names)) == 3


def test_numpy_keeps_the_pools_order_where_it_takes_all(index: Index) -> None:
    drawn = _sample(index, "numpy", Filters(per_image=2))
    for key, pool in draws.read_pools(index).items():
        names = [one.names for one in pool]
        assert drawn[key] == sorted(drawn[key], key=names.index)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(Filters, per_image=0), "per_image= is 0; give 1 or more"),
        (partial(Filters, min_area=-1), "min_area= is -1; give 0 or more"),
        (partial(Filters, min_side=float("nan")), "min_side= is nan; give 0 or more"),
    ],
)
def test_numbers_out_of_range_are_wrong_usage(make: Callable[[], Filters], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()


@METHOD
@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (Filters(datasets=("LVIS",)), r"there is no dataset 'LVIS'; did you mean 'lvis'\?"),
        (
            Filters(at_least_one=("coco",)),
            "there is no dataset 'coco'; give 'imagenet21k', 'lvis' or 'visual_genome'",
        ),
        (Filters(splits=("test",)), "there is no split 'test'; give 'imagenet21k_small_"),
    ],
)
def test_names_that_the_index_does_not_hold_are_wrong_usage(
    index: Index, method: str, filters: Filters, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        index.sample(DrawOptions(1, 42, method, filters=filters))


def test_what_was_given_is_told() -> None:
    assert Filters().as_json() == {}
    filters = Filters(("lvis",), min_side=2.5, no_rare_boxes=True, per_image=1)
    assert filters.as_json() == {
        "datasets": ["lvis"],
        "no_rare_boxes": True,
        "min_side": 2.5,
        "per_image": 1,
    }
    assert not Filters(datasets=("lvis",), no_rare_boxes=True, min_area=1).restrains
