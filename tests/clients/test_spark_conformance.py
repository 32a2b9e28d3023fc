"""The conformance tree in Spark: the pools and the exemplars that SQLite has of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index, Recipe
from ovmr_index.engines.api import open_pools
from tests.conformance.conftest import ingested, shared, tree  # noqa: F401 - fixtures
from tests.support.conformance_trees import copied
from tests.support.engine_pools import assert_same_pools, assert_same_sample

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def index(ingested: Path, tree: Path, tmp_path: Path) -> Iterator[Index]:  # noqa: F811
    """Return an index of the tree, which is written as Parquet beside its root."""
    with copied(ingested, tree, tmp_path / "datasets") as made:
        made.exports.parquet(tmp_path / "parquet")
        yield made


@pytest.mark.exhaustive  # of small trees test_spark_pools shows the same
@pytest.mark.usefixtures("spark")
def test_spark_makes_the_pools_and_draws_the_exemplars_of_sqlite(
    index: Index, tmp_path: Path
) -> None:
    with open_pools(tmp_path / "parquet", engine="spark") as pools:
        assert_same_pools(index, pools, Recipe())
        options = DrawOptions(5, method="stable", on_shortage="take-all")
        assert_same_sample(index, pools, options, tmp_path)
