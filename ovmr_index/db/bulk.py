"""Rows in bulk: read as the driver gives them, written many to a statement."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Connection, Executable, Table
from sqlalchemy.schema import CreateTable, DropTable

from ovmr_index.db import plain_bulk, sqlite_bulk
from ovmr_index.db.dialects import is_elsewhere, is_postgresql
from ovmr_index.db.rows import Query, Row, Same

__all__ = [
    "Prepared",
    "Query",
    "Row",
    "Same",
    "end_copy",
    "indexes_rebuilt",
    "insert_columns",
    "insert_rows",
    "next_pk",
    "recreate",
    "stream_rows",
    "update_rows",
]


class _Bulk(Protocol):
    """What each engine does in its own way: a module of these functions."""

    def next_pk(self, connection: Connection, table: Table) -> int: ...

    def end_copy(self, connection: Connection, table: Table) -> None: ...

    def indexes_rebuilt(
        self, connection: Connection, table: Table, coming: int, *empty: str
    ) -> AbstractContextManager[None]: ...

    def insert_columns(
        self,
        connection: Connection,
        table: Table,
        names: Sequence[str],
        columns: Sequence[Sequence[Any] | Same],
        *,
        replace: bool = False,
    ) -> None: ...

    def update_rows(
        self, connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
    ) -> None: ...

    def stream_rows(self, connection: Connection, query: Executable) -> Iterator[Row]: ...

    def prepared(
        self, connection: Connection, query: ClauseElement
    ) -> Callable[[Mapping[str, Any]], Iterator[Row]]: ...


def _bulk(connection: Connection) -> _Bulk:
    if is_postgresql(connection):
        from ovmr_index.db import postgresql_bulk

        return postgresql_bulk
    return sqlite_bulk


def next_pk(connection: Connection, table: Table) -> int:
    """Return a row number from which on there are numbers for the rows of a load.

    In SQLite it is the smallest above those in use. In PostgreSQL, where others may load at the
    same time, it begins a range of 2^32 that nobody else gets.
    """
    return _bulk(connection).next_pk(connection, table)


def end_copy(connection: Connection, table: Table) -> None:
    """Check the keys of rows that were copied with their numbers; `next_pk` begins above them."""
    _bulk(connection).end_copy(connection, table)


def indexes_rebuilt(
    connection: Connection, table: Table, coming: int, *empty: str
) -> AbstractContextManager[None]:
    """Drop a table's indexes and build them afterwards, where many rows come beside those there.

    Those of columns that the rows leave `empty` stay: the rows do not enter them. In PostgreSQL
    all of them stay: without them nobody else could read.
    """
    return _bulk(connection).indexes_rebuilt(connection, table, coming, *empty)


def recreate(connection: Connection, table: Table) -> None:
    """Make a temporary table, empty, whether it was there or not."""
    connection.execute(DropTable(table, if_exists=True))
    connection.execute(CreateTable(table))


def insert_rows(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Iterable[Row],
    *,
    replace: bool = False,
) -> None:
    """Insert tuples of values in the order of `names`, as `insert_columns` does."""
    insert_columns(connection, table, names, tuple(zip(*rows, strict=True)), replace=replace)


def insert_columns(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    columns: Sequence[Sequence[Any] | Same],
    *,
    replace: bool = False,
) -> None:
    """Insert rows that are given by the column, as the driver takes them; the first is not `Same`.

    With `replace` a row takes the place of one with its key.
    Types are not converted on the way: values must be what the column holds.
    """
    if columns and is_elsewhere(connection):
        plain_bulk.insert_columns(connection, table, names, columns)
    elif columns:
        _bulk(connection).insert_columns(connection, table, names, columns, replace=replace)


def update_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set columns of rows that are there: each tuple has values of `names`, the row's key last."""
    _bulk(connection).update_rows(connection, table, names, rows)


def stream_rows(connection: Connection, query: Executable) -> Iterator[Row]:
    """Yield the rows of a query as the driver's own tuples, in bounded memory.

    What is true or false is 1 or 0.
    """
    bulk = plain_bulk if is_elsewhere(connection) else _bulk(connection)
    return bulk.stream_rows(connection, query)


class Prepared:
    """A query that is run again and again, with other parameters each time: compiled once."""

    def __init__(self, connection: Connection, query: ClauseElement) -> None:
        """Compile a query whose only parameters are `bindparam`s without a value."""
        self._run = _bulk(connection).prepared(connection, query)

    def rows(self, **parameters: Any) -> Iterator[Row]:
        """Yield the rows as the driver's own tuples."""
        return self._run(parameters)
