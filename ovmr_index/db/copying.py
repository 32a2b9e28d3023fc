"""A whole index copied into another place, from one engine to the other: rows as they are.

Tables are copied and compared in the order of their primary keys, which is the same in both.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, Table, func, select
from sqlalchemy.exc import DataError, IntegrityError

from ovmr_index.db import schema, statistics
from ovmr_index.db.bulk import Row, end_copy, insert_rows, stream_rows
from ovmr_index.db.location import Location
from ovmr_index.db.models import METADATA
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, SchemaError, command
from ovmr_index.shown.readable import Readable, ShownTable, Summary

_ROWS = 4_096  # that are read, written and hashed at once


@dataclass(frozen=True, slots=True, repr=False)
class CopyReport(Readable):
    """What was copied: how many rows of each table, by its name, those without rows too."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """How many rows all tables have."""
        return sum(self.rows.values())

    def summary(self) -> Summary:
        """Return how many rows were copied, and how many of each table."""
        tables = ShownTable("tables", ("table", "rows"), [*self.rows.items()])
        return Summary(f"{self.total:,} rows of {len(self.rows)} tables", (tables,))


class _Rows:
    """How many rows a table has, and a checksum of them in their order."""

    def __init__(self) -> None:
        self.count, self._hash = 0, hashlib.sha256()

    def add(self, rows: list[Row]) -> None:
        """Add the next rows: an integer and a float of one value have other bytes."""
        self.count += len(rows)
        self._hash.update(msgspec.msgpack.encode(rows))

    @property
    def checksum(self) -> tuple[int, str]:
        """Their number, and the SHA-256 of all."""
        return self.count, self._hash.hexdigest()


def copy_index(source: Session, target: Location) -> CopyReport:
    """Copy the index of `source` whole into a new file, or an empty schema of a server.

    Every table is read again at the end, and its rows are counted and compared by a checksum. A
    copy that is stopped, or fails, leaves nothing.

    Raises:
        SchemaError: There is an index or another file already, or the place cannot be written.
        ServerError: The server of the target cannot be reached, or refuses.
        OvmrIndexError: A row cannot be kept in the target, or comes back as another.
    """
    _require_nothing(source, target)
    rows: dict[str, int] = {}
    with source.read() as reading:
        total = 2 * sum(reading.execute(_count(table)).scalar_one() for table in _tables())

        def fill(writing: Connection) -> None:
            with source.progress("copy the index", total, "rows") as advance:
                for table in _tables():
                    rows[table.name] = _copy(table, reading, writing, advance)
            statistics.refresh(writing)

        schema.create(target, fill)
    return CopyReport(rows)


def _require_nothing(source: Session, target: Location) -> None:
    """Raise SchemaError where an index or another file is at the target already."""
    if isinstance(target, Path):
        if os.path.lexists(target):
            raise SchemaError(f"{target}: there is a file already; give another name")
    elif Session(source.root, target).exists:
        where = "an empty database, or a schema of its own: ?schema=NAME"
        raise SchemaError(f"{target}: there is an index already; give {where}")


def _tables() -> list[Table]:
    """Return the tables, each after those that it points to."""
    return METADATA.sorted_tables


def _copy(
    table: Table, reading: Connection, writing: Connection, advance: Callable[[int], object]
) -> int:
    """Copy the rows of a table, and read them again; return their number."""
    names = [column.name for column in _stored(table)]
    read, written = _Rows(), _Rows()
    with _refusals(table), _without_indexes(table, writing):
        for rows in _batches(table, reading):
            read.add(rows)
            insert_rows(writing, table, names, rows)
            advance(len(rows))
        end_copy(writing, table)
    for rows in _batches(table, writing):
        written.add(rows)
        advance(len(rows))
    if written.checksum != read.checksum:
        raise OvmrIndexError(
            f"{table.name}: {read.count:,} rows were written, and {written.count:,} came back with"
            f" another checksum; nothing was kept; run {command('db check')} on the index"
        )
    return read.count


@contextmanager
def _refusals(table: Table) -> Iterator[None]:
    """Say of which table the target does not take a row."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        reason = str(error.orig).partition("\n")[0]
        raise OvmrIndexError(
            f"{table.name}: a row cannot be kept there ({reason}); nothing was copied;"
            f" run {command('db check')} on the index"
        ) from None


def _batches(table: Table, connection: Connection) -> Iterator[list[Row]]:
    """Yield the rows of a table in the order of its primary key, some at a time."""
    rows = stream_rows(connection, select(*_stored(table)).order_by(*table.primary_key))
    while batch := list(islice(rows, _ROWS)):
        yield batch


def _stored(table: Table) -> list[Column[Any]]:
    """Return the columns that are no function of others."""
    return [column for column in table.columns if column.computed is None]


@contextmanager
def _without_indexes(table: Table, connection: Connection) -> Iterator[None]:
    """Build the indexes of a table that nobody else sees yet after its rows."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _count(table: Table) -> Select[int]:
    return select(func.count()).select_from(table)
