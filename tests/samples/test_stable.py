"""The stable draw: the contract's own formula, whatever the machine, the order of ingest and K."""

from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from ovmr_index import DrawOptions, Index, Recipe
from ovmr_index.db.engine import reading
from ovmr_index.db.functions import draw_number
from ovmr_index.errors import ShortageError
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.samples.options import WEIGHTS
from ovmr_index.samples.sampler import Sampler
from tests.support import draws
from tests.support.exhaustive import examples
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

K = 4
SEEDS = st.integers(0, 2**63 - 1)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> list[Index]:
    """Return indexes of the same exemplars: read in another order, from files in another order.

    The third lacks Visual Genome.
    """
    made = []
    for number in range(3):
        folder = tmp_path_factory.mktemp("stable") / "datasets"
        builder = TreeBuilder(folder, few_synsets)
        places = _write_tree(builder, backwards=number == 1)
        index = builder.index()
        for place in reversed(places) if number == 1 else places[: 3 - number // 2]:
            index.ingest([place])
        index.collate()
        made.append(index)
    return made


def _write_tree(builder: TreeBuilder, *, backwards: bool) -> list[SourceSpec]:
    """Write pools of three sources; one box has no area, and one file's name is not ASCII."""
    categories = [category(7, APPLE), category(3, TENCH), category(5, BASKET)]
    images = [image(key) for key in range(1, 6)]
    boxes = [
        annotation(key, 1 + key % 5, 3 + 4 * (key % 2), bbox=[0, 0, 10 + key, 40 + 7 * (key % 4)])
        for key in range(20)
    ]
    boxes += [annotation(90, 1, 3, bbox=[1, 1, 0, 40]), annotation(91, 2, 3, bbox=[1, 1, 0, 40])]
    objects = [vg_object(key, TENCH if key % 3 else APPLE, w=40 + key, h=30) for key in range(12)]
    if backwards:
        categories, images, boxes, objects = (
            records[::-1] for records in (categories, images, boxes, objects)
        )
    folders = {
        f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG", "é 日.JPEG"],
        f"imagenet21k_small_classes/{APPLE_WNID}": ["x.JPEG"],
    }
    return [
        builder.lvis(categories=categories, images=images, annotations=boxes),
        builder.imagenet(folders),
        builder.visual_genome(vg_objects(1, *objects)),
    ]


def _options(k: int, seed: int, weight: str = "area", shortage: str = "take-all") -> DrawOptions:
    return DrawOptions(k, seed, "stable", shortage, weight)


@examples(12, few=4)
@given(seed=SEEDS, k=st.integers(1, 12), weight=st.sampled_from(WEIGHTS))
def test_the_k_smallest_keys_are_drawn(
    indexes: list[Index], seed: int, k: int, weight: str
) -> None:
    index = indexes[0]
    pools = draws.read_pools(index)
    drawn = draws.picked(index.sample(_options(k, seed, weight)))
    assert drawn.pop(5) == []
    assert list(drawn) == sorted(pools)
    for key, names in drawn.items():
        order = draws.stable_order(pools[key], seed, weight)
        assert names == [entry.names for entry in order[:k]]


@examples(12, few=4)
@given(
    seed=SEEDS,
    weight=st.sampled_from(WEIGHTS),
    shortage=st.sampled_from(("repeat", "take-all")),
    few=st.integers(1, 20),
    more=st.integers(0, 20),
)
def test_fewer_are_the_head_of_more(
    indexes: list[Index], seed: int, weight: str, shortage: str, few: int, more: int
) -> None:
    small = draws.picked(indexes[0].sample(_options(few, seed, weight, shortage)))
    large = draws.picked(indexes[0].sample(_options(few + more, seed, weight, shortage)))
    assert small == {key: names[:few] for key, names in large.items()}


@examples(12, few=3)
@given(seed=SEEDS, weight=st.sampled_from(WEIGHTS))
def test_the_order_of_ingest_changes_nothing(indexes: list[Index], seed: int, weight: str) -> None:
    options = _options(K, seed, weight)
    first, second = (draws.picked(index.sample(options)) for index in indexes[:2])
    assert first == second
    positions = [
        [(entry.names, entry.position) for entry in draws.read_pools(index)[3]]
        for index in indexes[:2]
    ]
    assert positions[0] != positions[1]


@examples(12, few=3)
@given(seed=SEEDS)
def test_a_new_dataset_changes_only_the_picks_that_it_wins(indexes: list[Index], seed: int) -> None:
    options = _options(K, seed)
    without = draws.picked(indexes[2].sample(options))
    for key, names in draws.picked(indexes[0].sample(options)).items():
        kept = [one for one in names if one[0] != "visual_genome"]
        assert kept == without[key][: len(kept)]


def test_some_picks_are_known(indexes: list[Index]) -> None:
    assert draws.picked(indexes[0].sample(_options(3, 42))) == {
        3: [
            ("imagenet21k", f"train/{TENCH_WNID}/a.JPEG", None),
            ("visual_genome", "VG_100K/1.jpg", 1),
            ("visual_genome", "VG_100K/1.jpg", 10),
        ],
        5: [],
        7: [
            ("lvis", "train2017/000000000001.jpg", 5),
            ("lvis", "train2017/000000000002.jpg", 11),
            ("visual_genome", "VG_100K/1.jpg", 9),
        ],
    }


def test_many_seeds_are_drawn_as_each_alone(indexes: list[Index]) -> None:
    index = indexes[0]
    draws_of_seeds = [(_options(K, seed, "side"), f"run-{seed}") for seed in range(2)]
    reports = list(index.samples.draw_each(draws_of_seeds))
    for (options, name), report in zip(draws_of_seeds, reports, strict=True):
        assert report == index.samples.draw(options)
        assert index.samples.load(name) == report.categories
        index.samples.rm(name)


def test_pools_that_change_between_two_seeds_are_noticed(
    builder: TreeBuilder,
) -> None:
    for place in _write_tree(builder, backwards=False):
        builder.index().ingest([place])
    index = builder.index()
    first, second = _options(K, 1), _options(K, 2)
    reports = index.samples.draw_each([(first, "first"), (second, "second")])
    before = next(reports).categories
    assert before == index.sample(first)
    index.collate(Recipe(min_area=1e9))
    after = next(reports).categories
    assert after == index.sample(second)
    assert {pick.dataset for one in after for pick in one.exemplars} == {"imagenet21k"}


def test_what_is_drawn_from_is_read_once_for_all_seeds(indexes: list[Index]) -> None:
    read: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *_: object) -> None:
        read.extend(["pools"] if "pool_entries" in statement else [])

    with reading(indexes[0].engine) as connection:
        event.listen(connection, "before_cursor_execute", listen)
        sampler = Sampler(connection)
        for seed in range(3):
            sampler.draw(1, _options(K, seed))
        assert len(read) == 1
        sampler.draw(1, _options(K, 0, "side"))
        assert len(read) == 2


def test_without_weight_nothing_is_drawn_but_for_want_of_others(indexes: list[Index]) -> None:
    pool = draws.read_pools(indexes[0])[3]
    order = draws.stable_order(pool, 42)
    assert len(order) == len(pool) - 2
    everything = draws.picked(indexes[0].sample(_options(99, 42)))[3]
    without = [("lvis", f"train2017/{key:012}.jpg", 89 + key) for key in (1, 2)]
    assert everything[:-2] == [entry.names for entry in order]
    assert sorted(everything[-2:]) == without
    with pytest.raises(ShortageError, match=rf"tench\.n\.01 \({len(order)}\)"):
        indexes[0].sample(_options(len(order) + 1, 42, shortage="error"))
    evenly = draws.picked(indexes[0].sample(_options(99, 42, "even")))[3]
    assert evenly[-2:] != everything[-2:]


def test_repeat_begins_again_with_the_first(indexes: list[Index]) -> None:
    pools = draws.read_pools(indexes[0])
    repeated = draws.picked(indexes[0].sample(_options(50, 42, shortage="repeat")))
    assert repeated[5] == []
    for key in (3, 7):
        order = draws.stable_order(pools[key], 42)
        assert repeated[key] == [entry.names for entry in islice(cycle(order), 50)]


def test_a_number_is_the_beginning_of_an_md5() -> None:
    assert draw_number("") == 0xD41D8CD98F00B
    assert draw_number("é") == 0x66DDCD97CFDEA
