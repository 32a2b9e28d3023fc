"""The tables of an empty index filled from Parquet, and what they must agree in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from ovmr_index.db import statistics
from ovmr_index.db.bulk import indexes_rebuilt, insert_columns, next_pk
from ovmr_index.db.portable import portable_columns, portable_tables
from ovmr_index.db.session import Session
from ovmr_index.errors import RecordError
from ovmr_index.formats.parquet.manifest import REMEDY, TABLES, ParquetFolder, ParquetManifest
from ovmr_index.ingest.parquet_queries import broken_references, references
from ovmr_index.ingest.parquet_rows import read_columns


def load_tables(
    session: Session, top: Path, manifest: ParquetManifest, connection: Connection
) -> None:
    """Fill all tables, which are empty, from the files of a manifest.

    Raises RecordError where the rows are at odds with each other or with the schema.
    """
    tables = portable_tables()
    first_pks = {one.name: next_pk(connection, one) for one in tables if "pk" in one.c}
    rows = sum(manifest.tables[table.name].rows for table in tables)
    with session.progress("ingest parquet", rows, "rows") as advance:
        for table in tables:
            with _at_odds(connection, top, table):
                folder = manifest.tables[table.name]
                for count in _load(connection, top, table, folder, first_pks):
                    advance(count)
    for table in tables:
        _check_references(connection, top, table)
    statistics.refresh(connection)


def _load(
    connection: Connection,
    top: Path,
    table: Table[Any],
    folder: ParquetFolder,
    first_pks: Mapping[str, int],
) -> Iterator[int]:
    """Fill a table; yield how many rows came each time."""
    names = [one.name for one in portable_columns(table)]
    has_pk = "pk" in table.c
    with indexes_rebuilt(connection, table, folder.rows) if has_pk else nullcontext():
        for file in folder.files:
            for values in read_columns(top / file.path, table, first_pks):
                if len(values[0]):
                    insert_columns(connection, table, names, values)
                yield len(values[0])


@contextmanager
def _at_odds(connection: Connection, top: Path, table: Table[Any]) -> Iterator[None]:
    """Raise RecordError for rows that the schema does not allow."""
    driver: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except (driver.IntegrityError, IntegrityError) as error:
        problem = f"has rows that no index has ({getattr(error, 'orig', error)})"
        raise RecordError(top / TABLES / table.name, "", problem, REMEDY) from None


def _check_references(connection: Connection, top: Path, table: Table[Any]) -> None:
    """Raise RecordError where a row refers to one that is not there."""
    for column, of in references(table):
        if count := connection.execute(broken_references(table, column, of)).scalar_one():
            problem = f"has {count:,} rows whose {column.name} is no row of {of}"
            raise RecordError(top / TABLES / table.name, "", problem, REMEDY)
