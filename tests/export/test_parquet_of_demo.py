"""The demo as Parquet: DuckDB counts and adds up what the index holds, and the index comes back."""

from pathlib import Path

import duckdb
import pytest
from sqlalchemy import inspect

from ovmr_index import DrawOptions, Index
from ovmr_index.export.parquet.columns import kind_of_view_column
from ovmr_index.export.parquet.view_queries import ORDERS
from ovmr_index.export.targets import TARGETS
from tests.support.contents import contents, rows_of
from tests.support.files import files_below

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demo's index as Parquet: read only."""
    with Index.open(shared, create=False) as index:
        return index.exports.parquet(tmp_path_factory.mktemp("demo") / "parquet").folder


@pytest.mark.exhaustive  # `parquet/test_views.py` compares every value of a small index
@pytest.mark.parametrize("view", ORDERS)
def test_counts_and_sums_are_those_of_the_index(shared: Path, written: Path, view: str) -> None:
    with Index.open(shared, create=False) as index:
        with index.engine.connect() as connection:
            columns = [one["name"] for one in inspect(connection).get_columns(view)]
        facts = ", ".join(
            f'count("{name}"), coalesce(sum({_measured(name)}), 0.0)'
            for name in columns
            if name != "segmentation"
        )
        query = f"SELECT count(*), {facts} FROM"
        ((*wanted,),) = rows_of(index, f"{query} {view}")
    with duckdb.connect() as engine:
        files = [f"{written}/{view}/**/*.parquet"]
        found = engine.execute(f"{query} read_parquet(?)", files).fetchone()
    assert found is not None
    assert [*map(float, found)] == pytest.approx([*map(float, wanted)], rel=1e-12)


def _measured(name: str) -> str:
    if kind_of_view_column(name) == "string":
        return f'length("{name}")'
    return f'CAST("{name}" AS DOUBLE PRECISION)'


@pytest.mark.exhaustive  # `parquet/test_there_and_back.py` sees it of a small index
def test_the_index_comes_back(shared: Path, written: Path, tmp_path: Path) -> None:
    drawn = DrawOptions(k=3, on_shortage="repeat")
    found = list[dict[str, bytes]]()
    with Index.open(shared, create=False) as index, Index.open(shared, tmp_path / "db") as again:
        again.sources.ingest_parquet(written)
        assert contents(again) == contents(index)
        for one in (index, again):
            folder = tmp_path / f"of {len(found)}"
            for name in TARGETS:
                one.exports.target(name, folder / f"{name}.json")
            one.exports.sample(drawn, folder / "sample.json")
            one.exports.parquet(folder / "parquet")
            found.append(files_below(folder))
    assert found[0] == found[1]
