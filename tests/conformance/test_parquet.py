"""The conformance tree by way of Parquet: as good as the index, for DuckDB and for a new index."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index, Recipe
from ovmr_index.engines.api import open_pools
from tests.support.conformance_trees import PUBLISHED, copied, is_published
from tests.support.contents import contents
from tests.support.engine_pools import assert_same_pools, assert_same_sample

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def index(ingested: Path, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Return an index of the tree, which is written as Parquet beside its root."""
    folder = tmp_path_factory.mktemp("parquet")
    with copied(ingested, tree, folder / "datasets") as made:
        made.exports.parquet(folder / "parquet")
        yield made


def test_duckdb_makes_the_pools_and_draws_the_exemplars_of_sqlite(
    index: Index, tmp_path: Path
) -> None:
    with open_pools(index.root.parent / "parquet") as pools:
        assert_same_pools(index, pools, Recipe())
        options = DrawOptions(5, method="stable", on_shortage="take-all")
        assert_same_sample(index, pools, options, tmp_path)


@pytest.mark.exhaustive  # of small trees tests/export/parquet shows that each export is the same
def test_an_index_from_parquet_writes_the_published_files(
    index: Index, expected: Path, tmp_path: Path
) -> None:
    root = index.root
    with Index.open(root, tmp_path / "again.db") as again:
        again.sources.ingest_parquet(root.parent / "parquet")
        assert contents(again) == contents(index)
        assert again.export().failed == []
    for path, name in PUBLISHED.items():
        assert is_published((root / path).read_bytes(), expected / name), path
