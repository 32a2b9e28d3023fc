"""More rows in an index as Parquet, by the million: those that `benchmarks.rows` makes, as files.

    python -m benchmarks.parquet_rows EXPORT FOLDER --boxes 100000000

`EXPORT` is what `export parquet` wrote. DuckDB reads its tables and asks for the rows of each copy,
which go to `FOLDER` as files of the sizes that `export parquet` gives them. The rows of the tables
are those that an export of the copied index has, but for its pools: they are those of `EXPORT`, and
stale. The public views, which no engine reads, are left out, as is the README.md that tells of
them; the manifest lists none. The memory grows with `EXPORT`, not with the boxes.
"""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from sqlalchemy import Connection, Select, Table, Text, literal_column, select

import ovmr_index
from benchmarks.rows import AS_CHANGED, COPIED, COPY, copied_rows, copies_for
from ovmr_index.db.models import Region, Source
from ovmr_index.db.portable import any_numbers
from ovmr_index.engines.api import connected, prefix
from ovmr_index.engines.dialect import compiled
from ovmr_index.engines.duckdb_engine import DuckDBConnection, duckdb_errors, duckdb_session
from ovmr_index.engines.tables import read_tables
from ovmr_index.export.parquet.place import replacing_folder
from ovmr_index.export.parquet.write import table_files
from ovmr_index.formats.parquet.manifest import (
    MANIFEST,
    NUMBER_TYPES,
    ParquetFolder,
    ParquetManifest,
)

_BATCH = 8_192  # rows at a time


def main() -> None:
    """Copy the rows of an export as the command line says, and print how many boxes there are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parquet_rows", description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--boxes", type=int, required=True, help="how many there are to be")
    arguments = parser.parse_args()
    if arguments.folder.exists():
        parser.error(f"{arguments.folder} is there: give a new folder")
    made = multiply_parquet(arguments.export, arguments.folder, arguments.boxes)
    print(f"{made.tables[Region.name].rows:,} boxes")


def multiply_parquet(export: Path, folder: Path, boxes: int) -> ParquetManifest:
    """Copy images and regions of an export as often as it takes to have so many boxes.

    They go to a new folder, whose manifest is returned.
    """
    with duckdb_session() as duckdb, duckdb_errors():
        engine = DuckDBConnection(duckdb, prefix())
        base = read_tables(engine, export)
        with connected(engine) as connection, replacing_folder(folder) as made:
            copies = Copies(engine, connection, copies_for(connection, boxes))
            for name, held in base.tables.items():
                if name not in copies.tables:
                    _copy_files(held, export, made)
            written = {name: copies.write(name, made) for name in copies.tables}
            manifest = _described(base, written, copies.count)
            (made / MANIFEST).write_bytes(manifest.as_json())
    return manifest


class Copies:
    """The rows of the tables that change, as DuckDB reads and copies them: `count` times."""

    def __init__(self, engine: DuckDBConnection, connection: Connection, count: int) -> None:
        """Take a connection to the engine, which has read an export."""
        self._engine, self._connection, self.count = engine, connection, count
        self._copied = copied_rows(connection)
        self.tables = {table.name: table for table in (Source, *COPIED)}

    def write(self, name: str, made: Path) -> ParquetFolder:
        """Write the files of a table below a folder."""
        files = table_files(made, self.tables[name])
        files.write_batches(
            batch.cast(files.schema)
            for query in self._queries(self.tables[name])
            for batch in self._batches(query)
        )
        return files.finish()

    def _queries(self, table: Table[Any]) -> Iterator[Select[Any]]:
        """Yield what gives the rows of a table: as they are, then those of each copy."""
        if table is Source:
            changed = (AS_CHANGED.get(one.name, one).label(one.name) for one in table.columns)
            yield select(*changed).order_by(*table.primary_key.columns)
            return
        yield _with_types(table, select(table).order_by(*table.primary_key.columns))
        copied = _with_types(table, self._copied[table])
        for number in range(1, self.count + 1):
            yield copied.params({COPY: number})

    def _batches(self, query: Select[Any]) -> Iterator[pa.RecordBatch]:
        statement, values = compiled(self._connection, query)
        found = self._engine.duckdb.sql(statement, params={**values})
        reader: pa.RecordBatchReader = found.to_arrow_reader(_BATCH)
        yield from reader


def _with_types(table: Table[Any], rows: Select[Any]) -> Select[Any]:
    """Return rows with the column that only the files have, where they have it."""
    if not any_numbers(table):
        return rows
    return rows.add_columns(literal_column(f"{table.name}.{NUMBER_TYPES}", Text))


def _copy_files(held: ParquetFolder, export: Path, made: Path) -> None:
    """Copy the files of a table that stays as it is."""
    for file in held.files:
        (made / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(export / file.path, made / file.path)


def _described(
    base: ParquetManifest, written: dict[str, ParquetFolder], copies: int
) -> ParquetManifest:
    """Return the manifest of an export with other tables, and copies of its images and boxes."""
    counted = ({name: one[name] * (1 + copies) for name in _COUNTS} for one in base.sources)
    return msgspec.structs.replace(
        base,
        program=ovmr_index.__version__,
        written_by=f"pyarrow {pa.__version__}",
        views={},
        tables=base.tables | written,
        sources=[one | counts for one, counts in zip(base.sources, counted, strict=True)],
        vocabularies=[one | {"pools": _STATES[one["pools"]]} for one in base.vocabularies],
    )


_COUNTS = ("images", "boxes")
_STATES = {"fresh": "stale", "stale": "stale", "none": "none"}  # once sources have changed


if __name__ == "__main__":
    main()
