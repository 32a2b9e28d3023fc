"""Rows in bulk in SQLite: many to a statement, indexes dropped and built again around them."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Connection,
    Dialect,
    Executable,
    Index,
    Select,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

from ovmr_index.db.engine import driver_connection
from ovmr_index.db.rows import Row, Same


def next_pk(connection: Connection, table: Table) -> int:
    """Return the smallest row number above those in use."""
    return (connection.execute(_highest_pk(table)).scalar() or 0) + 1


@cache
def _highest_pk(table: Table) -> Select[int | None]:
    return select(func.max(table.c.pk))


def end_copy(connection: Connection, table: Table) -> None:
    """Do nothing: numbers are those above the rows."""
    del connection, table


# An entry in its place in an index of millions takes about as long as sorting eight of them, or
# four where all that come are beside each other, as those of one source are in some indexes.
_REBUILT_AT = 8
_REBUILT_AT_OF_SOURCE = 4
_FEW = 1_000  # rows that find their places sooner than three indexes are dropped and built


@contextmanager
def indexes_rebuilt(
    connection: Connection, table: Table, coming: int, *empty: str
) -> Iterator[None]:
    """Drop a table's indexes and build them afterwards, where many rows come beside those there.

    Those of columns that the rows leave `empty` stay: the rows do not enter them.
    """
    there = next_pk(connection, table) - 1
    rebuilt = [
        index
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if not any(column in index.columns for column in empty)
        and coming >= _FEW
        and coming * _rebuilt_at(index) > there
    ]
    for index in rebuilt:
        index.drop(connection)
    yield
    for index in rebuilt:
        index.create(connection)


def _rebuilt_at(index: Index) -> int:
    """Return how many entries are sorted in the time that one takes to find its place."""
    return _REBUILT_AT_OF_SOURCE if "source_pk" in index.columns else _REBUILT_AT


GROUP = 76  # rows of a statement; of 13 columns at most, SQLite takes 999 values everywhere


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
    Types are not converted on the way: values must be what the driver knows. Columns that are None
    in every row are left to their default, NULL: the driver is slow to bind None.
    """
    given = dict(zip(names, columns, strict=True))
    same = {name: column.value for name, column in given.items() if isinstance(column, Same)}
    others = {
        name: column
        for name, column in given.items()
        if not isinstance(column, Same) and (not table.c[name].nullable or _has_value(column))
    }
    one, grouped = _insert_statements(connection.dialect, table, tuple(same), tuple(others))
    if replace:
        one, grouped = (
            f"INSERT OR REPLACE{text.removeprefix('INSERT')}" for text in (one, grouped)
        )
    _run(connection, (one, grouped), [*same.values()], [*others.values()])


def _has_value(column: Sequence[Any]) -> bool:
    """Return whether a column has a value in some row, which is mostly the first."""
    return bool(column) and (column[0] is not None or column.count(None) < len(column))


def update_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set columns of rows that are there: each tuple has values of `names`, the row's key last."""
    if rows:
        columns = tuple(zip(*rows, strict=True))
        _run(connection, _update_statements(table, tuple(names)), [], columns)


def _run(
    connection: Connection,
    statements: tuple[str, str],
    first: list[Any],
    columns: Sequence[Sequence[Any]],
) -> None:
    """Run the statements of one row and of `GROUP` rows for all rows."""
    one, grouped = statements
    count, width = len(columns[0]), len(columns)
    flat = _row_by_row(columns, count)
    grouped_end = count // GROUP * GROUP * width
    cursor = driver_connection(connection).cursor()
    try:
        if grouped_end:  # SQLite takes half a millisecond to read the statement alone
            cursor.executemany(grouped, _slices(first, flat, 0, grouped_end, GROUP * width))
        cursor.executemany(one, _slices(first, flat, grouped_end, count * width, width))
    finally:
        cursor.close()


def _row_by_row(columns: Sequence[Sequence[Any]], count: int) -> list[Any]:
    """Return the values of columns, row after row; slices of columns are set at once."""
    flat: list[Any] = [None] * (count * len(columns))
    for position, column in enumerate(columns):
        flat[position :: len(columns)] = column
    return flat


def _slices(
    first: list[Any], values: list[Any], start: int, end: int, size: int
) -> Iterator[list[Any]]:
    """Yield `size` values at a time, each time after the `first` ones."""
    return (first + values[at : at + size] for at in range(start, end, size))


@lru_cache
def _insert_statements(
    dialect: Dialect, table: Table, same: tuple[str, ...], others: tuple[str, ...]
) -> tuple[str, str]:
    """Return the statements that insert one row and `GROUP` rows; values of `same` come first.

    Rows by the group take a third less time than one by one; compiling takes as long as 500 rows.
    """
    names = [column.name for column in table.columns if column.name in (*same, *others)]
    compiled = insert(table).values(dict.fromkeys(names)).compile(dialect=dialect)
    before = str(compiled).partition(" VALUES ")[0]

    def row(at: int) -> str:
        """Return the places of the values of one row, by their numbers."""
        numbers = {name: same.index(name) for name in same}
        numbers |= {name: at * len(others) + place for place, name in enumerate(others, len(same))}
        return f"({', '.join(f'?{numbers[name] + 1}' for name in names)})"

    return f"{before} VALUES {row(0)}", f"{before} VALUES {', '.join(map(row, range(GROUP)))}"


@lru_cache
def _update_statements(table: Table, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the statements that update one row and `GROUP` rows: these take two thirds."""
    (key,) = (column.name for column in table.primary_key)
    columns = (*names, key)
    row = f"({', '.join('?' for _ in columns)})"
    given = f"WITH given ({', '.join(columns)}) AS"
    setting = f"SET {', '.join(f'{name} = given.{name}' for name in names)}"
    update = f"UPDATE {table.name} {setting} FROM given WHERE {table.name}.{key} = given.{key}"

    def of(count: int) -> str:
        """Return the statement of so many rows."""
        return f"{given} (VALUES {', '.join([row] * count)}) {update}"

    return of(1), of(GROUP)


def stream_rows(connection: Connection, query: Executable) -> Iterator[Row]:
    """Yield the rows of a query as the driver's own tuples, in bounded memory."""
    cursor = connection.execute(query).cursor
    assert isinstance(cursor, sqlite3.Cursor)
    try:
        yield from chain(cursor)  # which has no `close` that a generator would call by itself
    finally:
        with suppress(sqlite3.ProgrammingError):  # a signal may have closed the connection before
            cursor.close()


def prepared(
    connection: Connection, query: ClauseElement
) -> Callable[[Mapping[str, Any]], Iterator[Row]]:
    """Return what runs a query, compiled once, with values for its `bindparam`s without one."""
    compiled = query.compile(dialect=connection.dialect)
    assert isinstance(compiled, SQLCompiler)
    required = dict.fromkeys(bind.key for bind in compiled.bind_names if bind.required)
    found = compiled.construct_expanded_state(required)  # lists of values, as of formats
    text, order, given = found.statement, found.positiontup or (), {**found.parameters}
    driver = driver_connection(connection)

    def rows(parameters: Mapping[str, Any]) -> Iterator[Row]:
        values = {**given, **parameters}
        return iter(driver.execute(text, [values[name] for name in order]))

    return rows
