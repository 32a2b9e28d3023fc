"""Pools, draws, counts and leaks over Parquet in DuckDB: what SQLite makes of the same index."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from ovmr_index import DrawOptions, Filters, Index, Recipe
from ovmr_index.engines.api import ParquetPools, open_pools
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.pools.recipe import Step
from tests.support.engine_pools import (
    OPTIONS,
    RECIPES,
    assert_same_audit,
    assert_same_pools,
    assert_same_sample,
    mixed_index,
)
from tests.support.few_synsets import index_of_odd_synsets
from tests.support.odd_trees import OddTree
from tests.support.trees import APPLE, TENCH, TreeBuilder

pytestmark = pytest.mark.slow

SEEDS = (0, 23)
OWN = Recipe(
    steps=(
        Step(take="boxes", dataset="own", min_area=600),
        Step(take="boxes", dataset="own", area_over=4, never=(TENCH,)),
        Step(take="boxes", dataset="lvis"),
        Step(take="boxes", dataset="visual_genome", of="substitutes"),
    ),
    substitutes={TENCH: [APPLE, "nothing.n.01"]},
)
RECIPES_OF = {
    "lvis_v1_train": (RECIPES["own steps"],),
    "lvis_v1_val": (Recipe(), OWN),
    "own": (Recipe(), OWN),
}
UNLIKE = DrawOptions(
    9,
    method="stable",
    on_shortage="take-all",
    filters=Filters(datasets=("imagenet21k",), no_near_duplicates=True),
)


@pytest.fixture(scope="module", params=SEEDS)
def odd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> Iterator[tuple[Index, ParquetPools]]:
    """Return the index of a random tree, and what DuckDB reads of it."""
    folder = tmp_path_factory.mktemp("odd")
    builder = TreeBuilder(folder / "datasets", index_of_odd_synsets(tmp_path_factory, empty_index))
    OddTree(builder, request.param)
    index = builder.index()
    index.ingest()
    index.exports.parquet(folder / "parquet")
    with open_pools(folder / "parquet") as pools:
        yield index, pools


@pytest.fixture(scope="module")
def mixed(
    tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> Iterator[tuple[Index, ParquetPools]]:
    """Return an index with marks, hashes and a COCO file, and what DuckDB reads of it."""
    folder = tmp_path_factory.mktemp("mixed")
    few = index_of_odd_synsets(tmp_path_factory, empty_index)
    index = mixed_index(TreeBuilder(folder / "datasets", few))
    index.pools.hash_images(perceptual=True)
    index.exports.parquet(folder / "parquet")
    with open_pools(folder / "parquet") as pools:
        yield index, pools


# Without val, as the second tree is, a recipe that looks at it is refused. `mixed` has own steps.
@pytest.mark.exhaustive(but=["23-published", "23-without val"])
@pytest.mark.parametrize("name", RECIPES)
def test_pools_of_a_random_tree_are_those_of_sqlite(
    odd: tuple[Index, ParquetPools], name: str, tmp_path: Path
) -> None:
    assert_same_pools(*odd, RECIPES[name])
    assert_same_audit(*odd)
    options = DrawOptions(4, method="stable", on_shortage="take-all")
    assert_same_sample(*odd, options, tmp_path)


@pytest.mark.exhaustive(but=["23"])
def test_images_without_a_hash_are_not_compared(
    odd: tuple[Index, ParquetPools], tmp_path: Path
) -> None:
    _, pools = odd
    pools.collate()
    with pytest.raises(OvmrIndexError, match="have no hash, and engines open no image"):
        pools.sample(UNLIKE, tmp_path / "sample.json")


@pytest.mark.exhaustive(but=["lvis_v1_train", "own"])
@pytest.mark.parametrize("vocabulary", RECIPES_OF)
def test_pools_of_a_vocabulary_are_those_of_sqlite(
    mixed: tuple[Index, ParquetPools], vocabulary: str
) -> None:
    index, pools = mixed
    with open_pools(pools.folder, vocabulary) as its:
        for recipe in RECIPES_OF[vocabulary]:  # each adds synsets of its own
            assert_same_pools(index, its, recipe)
    index.collate(vocabulary=vocabulary)  # the other tests draw from published pools


def test_draws_are_those_of_sqlite(
    mixed: tuple[Index, ParquetPools], request: pytest.FixtureRequest
) -> None:
    index, pools = mixed

    @settings(max_examples=12 if request.config.getoption("--exhaustive") else 3, deadline=None)
    @given(options=OPTIONS)
    def draw(options: DrawOptions) -> None:
        assert_same_sample(index, pools, options, pools.folder.parent)

    draw()


def test_near_duplicates_are_left_out_as_by_sqlite(
    mixed: tuple[Index, ParquetPools], tmp_path: Path
) -> None:
    assert_same_sample(*mixed, UNLIKE, tmp_path)
    assert_same_audit(*mixed)


def test_pools_are_written_and_read_again(
    mixed: tuple[Index, ParquetPools], tmp_path: Path
) -> None:
    (index, _), folder = mixed, tmp_path / "parquet"
    index.collate()
    index.exports.parquet(folder)
    options = DrawOptions(5, method="stable")
    with open_pools(folder) as pools:
        pools.read()
        assert_same_sample(index, pools, options, tmp_path)
        assert pools.coverage() == index.coverage()
        pools.collate(Recipe(enough=3, few=4, substitutes={TENCH: ["no_such.n.01"]}))
        made, recipe = pools.coverage(), pools.recipe
        assert pools.write() == folder / "pools" / "lvis_v1_train"
        assert made != index.coverage()
    with open_pools(folder) as pools:
        pools.read()
        assert (pools.coverage(), pools.recipe) == (made, recipe)
    copied = shutil.copytree(folder / "pools" / "lvis_v1_train", tmp_path / "copy")
    index.exports.parquet(folder)  # pools go with what they were made of
    assert not (folder / "pools").exists()
    with open_pools(folder) as pools:
        pools.read(copied)
        assert pools.coverage() == made


def test_what_duckdb_does_not_do_is_refused(
    mixed: tuple[Index, ParquetPools], tmp_path: Path
) -> None:
    _, pools = mixed
    with pytest.raises(UsageError, match="in numpy, which no engine does; give"):
        pools.sample(DrawOptions(5), tmp_path / "sample.json")
    assert not [*tmp_path.iterdir()]
