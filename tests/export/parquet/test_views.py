"""The views as Parquet: the rows, values and order of the index, as DuckDB reads them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from sqlalchemy import inspect, text

from ovmr_index import Index
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import reading
from ovmr_index.db.location import Server
from ovmr_index.db.view_descriptions import COLUMNS, VIEWS
from ovmr_index.export.parquet.columns import kind_of_view_column
from ovmr_index.export.parquet.segmentations import outline_arrays
from ovmr_index.export.parquet.view_queries import ORDERS
from ovmr_index.formats.parquet.manifest import ParquetManifest, read_manifest
from tests.support.contents import rows_of
from tests.support.whole_index import MASKS

pytestmark = pytest.mark.slow

Rows = list[tuple[Any, ...]]
KINDS = {"INTEGER": "int64", "TEXT": "string", "REAL": "double", "ANY": "double"}
# Of PostgreSQL, where what a view computes may be a shorter number.
KINDS |= {"bigint": "int64", "integer": "int64", "text": "string"}
KINDS |= {"double precision": "double", "numeric": "double"}


@pytest.fixture(scope="session")
def manifest(written: Path) -> ParquetManifest:
    """Return the manifest of the folder."""
    return read_manifest(written)


def columns_of(index: Index, view: str) -> list[str]:
    """Return the names of the columns of a view."""
    with index.engine.connect() as connection:
        return [one["name"] for one in inspect(connection).get_columns(view)]


def of_parquet(written: Path, view: str, selected: str = "*") -> Rows:
    """Return what DuckDB finds in the folder of a view."""
    query = f"SELECT {selected} FROM read_parquet(?)"
    with duckdb.connect() as connection:
        return connection.execute(query, [f"{written}/{view}/*.parquet"]).fetchall()


def typed(rows: Rows) -> list[str]:
    """Return rows so that 1 is not 1.0, in which None sorts too."""
    return sorted(map(repr, rows))


def test_every_view_has_a_folder_and_an_order(index: Index) -> None:
    with index.engine.connect() as connection:
        assert {*inspect(connection).get_view_names()} == ORDERS.keys() == VIEWS.keys()


@pytest.mark.parametrize("view", ORDERS)
def test_columns_have_the_types_of_the_view(index: Index, view: str) -> None:
    query = f"SELECT name, type FROM pragma_table_info('{view}')"
    if isinstance(index.location, Server):
        query = f"""
            SELECT column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = '{view}'"""
    columns = rows_of(index, query)
    assert columns
    for name, kind in columns:
        if name != "segmentation":
            assert kind_of_view_column(name) == KINDS[kind], name
        assert name in COLUMNS


@pytest.mark.parametrize("view", [view for view in ORDERS if view != "box_details"])
def test_values_are_those_of_the_index(index: Index, written: Path, view: str) -> None:
    doubles = [kind_of_view_column(name) == "double" for name in columns_of(index, view)]
    with reading(index.engine) as connection:
        rows = stream_rows(connection, text(f"SELECT * FROM {view}"))
        wanted = [_as_doubles(row, doubles) for row in rows]
    assert len(wanted) > 0
    assert typed(of_parquet(written, view)) == typed(wanted)


def _as_doubles(row: Sequence[Any], are_doubles: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(
        float(value) if is_double and value is not None else value
        for value, is_double in zip(row, are_doubles, strict=True)
    )


@pytest.mark.parametrize("view", ORDERS)
def test_rows_have_a_key_that_orders_them(
    written: Path, manifest: ParquetManifest, view: str
) -> None:
    files = [written / file.path for file in manifest.views[view].files]
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    keys = [
        tuple((row[name] is not None, row[name] or 0) for name in ORDERS[view].by) for row in rows
    ]
    assert keys == sorted(keys)
    if view != "ingest_problems":  # of which two may be alike
        assert len({*keys}) == len(keys)


def test_outlines_are_lists_and_structs_and_else_json(written: Path) -> None:
    columns = "source, region_id - 10**15, polygons, rle, segmentation"
    rows = of_parquet(written, "box_details", columns)
    found = {int(key): outline for source, key, *outline in rows if source == "mine"}
    assert found.keys() == MASKS.keys()
    for key in (1, 2, 3, 9):
        assert found[key] == [MASKS[key], None, None]
    for key in (4, 8):
        lengths = {"size": [48, 64], "counts": None, "run_lengths": MASKS[key]["counts"]}
        assert found[key] == [None, lengths, None]
    packed = {"size": [48, 64], "counts": MASKS[5]["counts"], "run_lengths": None}
    assert found[5] == [None, packed, None]
    for key in (6, 10):
        assert found[key][:2] == [None, None]
        assert json.loads(found[key][2]) == MASKS[key]
    assert found[7] == [None, None, None]
    assert found[11] == [None, None, ""]


@pytest.mark.parametrize(
    "value",
    [
        *('[[1,2.50,"3"]]', "[1,2]", "[[true]]", "[[1e999]]", "[[1, 2]", "[" * 100_000),
        *(
            '{"size":[1,2]}',
            '{"size":[1,18446744073709551616],"counts":""}',
            "a name",
            5,
            0.5,
        ),
    ],
)
def test_what_is_no_outline_stays_as_it_is(value: object) -> None:
    array = outline_arrays([("mine", 1, value, None)])
    found = [one.to_pylist() for one in array[2:5]]
    assert found == [[None], [None], [str(value)]]


def test_spaces_of_json_are_left_out_on_every_database() -> None:
    array = outline_arrays([("mine", 1, '{"size": [1, 2], "é\\u00e9": " 1.50"}', None)])
    assert array[4].to_pylist() == ['{"size":[1,2],"é\\u00e9":" 1.50"}']


def test_fields_are_the_json_of_the_index(index: Index, written: Path) -> None:
    wanted = rows_of(index, "SELECT source, region_id, fields FROM box_details")
    assert typed(of_parquet(written, "box_details", "source, region_id, fields")) == typed(wanted)


def test_a_large_view_has_a_file_for_each_source(
    index: Index, written: Path, manifest: ParquetManifest
) -> None:
    sources = [name for (name,) in rows_of(index, "SELECT DISTINCT source FROM boxes ORDER BY 1")]
    files = [file.path for file in manifest.views["boxes"].files]
    assert files == [f"boxes/part-{at:05}-{name}.parquet" for at, name in enumerate(sources)]
    for file, name in zip(files, sources, strict=True):
        assert {*pq.read_table(written / file)["source"].to_pylist()} == {name}


def test_files_are_of_zstd_with_checksums(written: Path, manifest: ParquetManifest) -> None:
    file = pq.ParquetFile(written / manifest.views["boxes"].files[0].path)
    column = file.metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.statistics.min == column.statistics.max == "lvis_v1_train"
