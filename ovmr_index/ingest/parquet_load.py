"""The tables of an empty index filled from Parquet, and what they must agree in."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DataError, IntegrityError

from ovmr_index.db import statistics
from ovmr_index.db.bulk import end_copy, indexes_rebuilt, insert_columns
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
    rows = sum(manifest.tables[table.name].rows for table in tables)
    with session.progress("ingest parquet", rows, "rows") as advance:
        for table in tables:
            with _at_odds(connection, top, table):
                folder = manifest.tables[table.name]
                for count in _load(connection, top, table, folder):
                    advance(count)
    for table in tables:
        _check_references(connection, top, table)
    statistics.refresh(connection)


def _load(
    connection: Connection, top: Path, table: Table[Any], folder: ParquetFolder
) -> Iterator[int]:
    """Fill a table, whose row numbers are the ranks; yield how many rows came each time."""
    names = [one.name for one in portable_columns(table)]
    has_pk = "pk" in table.c
    with indexes_rebuilt(connection, table, folder.rows) if has_pk else nullcontext():
        for file in folder.files:
            for values in read_columns(top / file.path, table):
                if len(values[0]):
                    insert_columns(connection, table, names, values)
                yield len(values[0])
    end_copy(connection, table)


@contextmanager
def _at_odds(connection: Connection, top: Path, table: Table[Any]) -> Iterator[None]:
    """Raise RecordError for rows that the schema does not allow."""
    driver: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except (driver.DataError, driver.IntegrityError, DataError, IntegrityError) as error:
        said = str(getattr(error, "orig", error)).partition("\n")[0]
        problem = f"has rows that no index has ({said})"
        raise RecordError(top / TABLES / table.name, "", problem, REMEDY) from None


def _check_references(connection: Connection, top: Path, table: Table[Any]) -> None:
    """Raise RecordError where a row refers to one that is not there."""
    for column, of in references(table):
        if count := connection.execute(broken_references(table, column, of)).scalar_one():
            problem = f"has {count:,} rows whose {column.name} is no row of {of}"
            raise RecordError(top / TABLES / table.name, "", problem, REMEDY)
