"""The tables of an index that was written as Parquet, for an engine to read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, insert, select

from ovmr_index.db.bulk import insert_rows, recreate
from ovmr_index.db.portable import portable_columns, portable_tables
from ovmr_index.engines.dialect import engine_of
from ovmr_index.engines.driver import Columns, EngineConnection
from ovmr_index.errors import RecordError
from ovmr_index.formats.parquet.manifest import (
    MANIFEST,
    REMEDY,
    TABLES,
    ParquetFolder,
    ParquetManifest,
    read_manifest,
)

_READ = "stored_"  # how the table of a file is called beside one that takes its place


def read_tables(engine: EngineConnection, folder: Path) -> ParquetManifest:
    """Give an engine the tables of a folder that `export parquet` wrote; return its manifest.

    Raises:
        RecordError: The folder is not there or none of these, is of a newer version, or lacks a
            file or column; a file has another size than the manifest says.
    """
    manifest = read_manifest(folder)
    for table in portable_tables():
        held = manifest.tables.get(table.name)
        if held is None:
            raise RecordError(folder / MANIFEST, "", f"lacks {TABLES}/{table.name}", REMEDY)
        _check_columns(folder, table, held)
        engine.read(table.name, [*_files(folder, held)], columns_of(held))
    return manifest


def _check_columns(folder: Path, table: Table, held: ParquetFolder) -> None:
    names = {column.name for column in held.columns}
    for column in portable_columns(table):
        if column.name not in names:
            problem = f"{TABLES}/{table.name} has no column {column.name}"
            raise RecordError(folder / MANIFEST, "", problem, REMEDY)


def _files(folder: Path, held: ParquetFolder) -> Iterator[Path]:
    for one in held.files:
        path = folder / one.path
        try:
            size = path.stat().st_size
        except OSError:
            raise RecordError(path, "", "is missing", REMEDY) from None
        if size != one.bytes:
            problem = f"has {size:,} bytes, and {MANIFEST} says {one.bytes:,}"
            raise RecordError(path, "", problem, REMEDY)
        yield path


def own(table: Table) -> Table:
    """Return a table of the same name and columns that may be changed: it is temporary."""
    columns = (Column(one.name, one.type) for one in table.columns if one.computed is None)
    return Table(table.name, MetaData(), *columns, prefixes=["TEMPORARY"])


def replace_table(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put a table with these rows in the place of the one that was read."""
    changed = own(table)
    recreate(connection, changed)
    if rows:
        insert_rows(connection, changed, changed.c.keys(), rows)


def extend_table(
    connection: Connection, table: Table, files: "TableFiles", rows: Sequence[tuple[Any, ...]]
) -> None:
    """Put a table with the rows of the files, and these, in the place of the one that was read."""
    engine_of(connection).read(f"{_READ}{table.name}", files.paths, files.columns)
    changed = own(table)
    there = Table(f"{_READ}{table.name}", MetaData(), *(Column(one.name) for one in changed.c))
    recreate(connection, changed)
    connection.execute(insert(changed).from_select(changed.c.keys(), select(there)))
    insert_rows(connection, changed, changed.c.keys(), rows)


def restore_table(connection: Connection, table: Table, files: "TableFiles") -> None:
    """Put the table of the files in the place of one that was extended."""
    engine_of(connection).read(table.name, files.paths, files.columns)


class TableFiles(NamedTuple):
    """The files of a table, and the types of their columns."""

    paths: list[Path]
    columns: Columns


def table_files(folder: Path, manifest: ParquetManifest, table: Table) -> TableFiles:
    """Return the files of a table."""
    held = manifest.tables[table.name]
    return TableFiles([folder / one.path for one in held.files], columns_of(held))


def columns_of(held: ParquetFolder) -> Columns:
    """Return the columns of the files of a folder."""
    return {one.name: one.type for one in held.columns}
