"""The published draw: numpy's own choice for each category; what is done where K are too few."""

import math
import operator
import tracemalloc
from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index import Index
from ovmr_index.errors import ShortageError, UsageError
from ovmr_index.samples.numpy_draw import draw_published
from ovmr_index.samples.options import MAX_K, DrawOptions, OnShortage
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, annotation, category

SIDES = {TENCH: (40, 50.5, 33, 64, 35, 90), APPLE: (40, 41, 42), BASKET: ()}
CATEGORIES = [category(9, APPLE), category(2, TENCH), category(5, BASKET)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Index:
    """Return an index with pools of six, three and no exemplars; boxes of 32 x side pixels.

    Tests only draw from it.
    """
    builder = TreeBuilder(tmp_path_factory.mktemp("sampler") / "datasets", few_synsets)
    builder.lvis(
        categories=CATEGORIES,
        annotations=[
            annotation(100 * one["id"] + i, 1, one["id"], bbox=[0, 0, 32, side], area=2_000)
            for one in CATEGORIES
            for i, side in enumerate(SIDES[one["synset"]])
        ],
    )
    index = builder.index()
    index.ingest()
    index.collate()
    return index


def _numpy(key: int, synset: str, k: int, seed: int, *, replace: bool) -> list[int]:
    """Return the ids of the annotations that numpy chooses."""
    weights = [32.0 * side for side in SIDES[synset]]
    chances = np.array(weights) / sum(weights)
    generator = np.random.default_rng(seed)
    chosen = generator.choice(len(weights), size=k, p=chances, replace=replace)
    return [100 * key + int(i) for i in chosen]


def _drawn(index: Index, k: int, seed: int, on_shortage: OnShortage) -> dict[int, list[int | None]]:
    sample = index.sample(DrawOptions(k, seed, on_shortage=on_shortage))
    return {one.category_id: [pick.region_id for pick in one.exemplars] for one in sample}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 42, 2**63 - 1])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_each_category_is_a_draw_of_its_own(index: Index, k: int, seed: int) -> None:
    assert _drawn(index, k, seed, "take-all") == {
        2: _numpy(2, TENCH, k, seed, replace=False),
        5: [],
        9: _numpy(9, APPLE, k, seed, replace=False),
    }


def test_a_sample_is_ordered_by_category_id(index: Index) -> None:
    sample = index.sample(DrawOptions(2, on_shortage="take-all"))
    assert [(one.category_id, one.synset) for one in sample] == [
        (2, TENCH),
        (5, BASKET),
        (9, APPLE),
    ]
    weights = {pick.weight for one in sample for pick in one.exemplars}
    assert weights <= {32.0 * side for sides in SIDES.values() for side in sides}


def test_too_few_are_named(index: Index) -> None:
    named = r"^2 categories have fewer than 5 exemplars: apple\.n\.01 \(3\), basket\.n\.01 \(0\); "
    with pytest.raises(ShortageError, match=named):
        index.sample()


def test_repeat_draws_the_whole_category_with_replacement(index: Index) -> None:
    drawn = _drawn(index, 5, 42, "repeat")
    assert drawn == {
        2: _numpy(2, TENCH, 5, 42, replace=False),
        5: [],
        9: _numpy(9, APPLE, 5, 42, replace=True),
    }
    assert len(set(drawn[9])) < 5


def test_take_all_takes_the_pool_in_its_order(index: Index) -> None:
    assert _drawn(index, 7, 42, "take-all") == {
        2: [200, 201, 202, 203, 204, 205],
        5: [],
        9: [900, 901, 902],
    }


@pytest.mark.parametrize("on_shortage", ["error", "repeat", "take-all"])
def test_as_many_as_the_pool_holds_are_drawn_and_not_taken(on_shortage: OnShortage) -> None:
    held, positions = draw_published([5.0, 1.0, 3.0, 2.0, 4.0], 5, 42, on_shortage)
    generator = np.random.default_rng(42)
    wanted = generator.choice(5, size=5, p=np.array([5, 1, 3, 2, 4]) / 15, replace=False)
    assert (held, positions) == (5, wanted.tolist())
    assert positions != sorted(positions)


def test_many_short_categories_are_counted(builder: TreeBuilder) -> None:
    nouns = ("zebra", "wolf", "kite", "table", "apple", "basket", "bottle", "chair", "door", "egg")
    synsets = [f"{noun}.n.01" for noun in (*nouns, "fan", "goat")]
    builder.lvis(categories=[category(i, name) for i, name in enumerate(synsets, 1)])
    index = builder.index()
    index.ingest()
    with pytest.raises(ShortageError) as caught:
        index.sample(DrawOptions(2))
    assert "12 categories have fewer than 2" in str(caught.value)
    assert "zebra.n.01 (1), wolf.n.01 (0), " in str(caught.value)
    assert "egg.n.01 (0) and 2 more; give on_shortage=" in str(caught.value)


@pytest.mark.parametrize(
    ("on_shortage", "held", "positions"),
    [("error", 2, []), ("repeat", 2, [3, 3, 3]), ("take-all", 2, [0, 1, 2])],
)
def test_a_weight_of_nothing_is_not_drawn(
    on_shortage: OnShortage, held: int, positions: list[int]
) -> None:
    assert draw_published([0.0, 1.0, 0.0, 4.0], 3, 42, on_shortage) == (held, positions)
    assert draw_published([-2.5, 1.0, 0.0, 4.0], 3, 42, on_shortage) == (held, positions)


@pytest.mark.parametrize(
    ("on_shortage", "positions"), [("error", []), ("repeat", []), ("take-all", [0, 1])]
)
def test_weights_that_are_all_nothing(on_shortage: OnShortage, positions: list[int]) -> None:
    assert draw_published([0.0, 0.0], 5, 42, on_shortage) == (0, positions)


@given(
    weights=st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=60),
    k=st.integers(1, 60),
    seed=st.integers(0, 2**63 - 1),
)
def test_any_pool_is_drawn_as_numpy_draws(weights: list[float], k: int, seed: int) -> None:
    chances = np.array(weights) / reduce(operator.add, weights)
    few = len(weights) < k
    wanted = np.random.default_rng(seed).choice(len(weights), size=k, p=chances, replace=few)
    assert draw_published(weights, k, seed, "repeat") == (len(weights), wanted.tolist())


def test_a_running_sum_adds_from_left_to_right() -> None:
    weights = np.random.default_rng(0).random(10_000) * 1e6
    left_to_right = reduce(operator.add, weights.tolist())
    assert np.cumsum(weights)[-1] == left_to_right
    assert math.fsum(weights) != left_to_right != np.sum(weights)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(DrawOptions, k=0), "k= is 0; give 1 or more"),
        (partial(DrawOptions, k=-3), "k= is -3; give 1 or more"),
        (partial(DrawOptions, seed=-1), "seed= is -1; give 0 to 9223372036854775807"),
        (partial(DrawOptions, seed=2**63), "seed= is 9223372036854775808; give 0 to"),
        (partial(DrawOptions, method="dice"), "method= is dice; give one of numpy, stable"),
        (partial(DrawOptions, weight="mass"), "weight= is mass; give one of area, side, even"),
        (
            partial(DrawOptions, on_shortage="weep"),
            "on_shortage= is weep; give one of error, repeat, take-all",
        ),
    ],
)
def test_options_out_of_range_are_wrong_usage(
    make: Callable[[], DrawOptions], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value).startswith(message)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["numpy", "stable"])
def test_k_beyond_all_that_there_is(index: Index, method: str) -> None:
    tracemalloc.start()
    try:
        all_of_each = DrawOptions(MAX_K, method=method, on_shortage="take-all")
        assert [len(one.exemplars) for one in index.sample(all_of_each)] == [6, 0, 3]
        with pytest.raises(ShortageError, match="3 categories have fewer than 1000000000"):
            index.sample(DrawOptions(MAX_K, method=method))
        with pytest.raises(UsageError, match=r"at most 2,000,000 exemplars; give k=666666 or less"):
            index.sample(DrawOptions(MAX_K, method=method, on_shortage="repeat"))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("k", [MAX_K + 1, 10**4_000])
def test_k_above_its_limit(k: int) -> None:
    with pytest.raises(UsageError, match="k= is above 1,000,000,000; give less"):
        DrawOptions(k)
