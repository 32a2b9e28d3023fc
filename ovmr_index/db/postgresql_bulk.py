"""Rows in bulk in PostgreSQL: written by COPY, read by cursors of the server."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    Executable,
    Function,
    Table,
    TableValuedAlias,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from ovmr_index.db.models.base import AnyNumber, NumericAsWritten
from ovmr_index.db.postgresql_values import copied
from ovmr_index.db.rows import Row, Same

_ROWS = 4_096  # that are sent or fetched at once
_FETCH = "FETCH"  # what a cursor of the server does

_Columns = Sequence[Sequence[Any] | Same]


def next_pk(connection: Connection, table: Table) -> int:
    """Return the first number of a range of row numbers that nobody else gets."""
    first: int = connection.execute(select(func.nextval(_sequence(connection, table)))).scalar_one()
    return first


def end_copy(connection: Connection, table: Table) -> None:
    """Check the keys that are checked late, and let the next range begin above the rows.

    Until then no index can be made.
    """
    for when in ("IMMEDIATE", "DEFERRED"):
        connection.exec_driver_sql(f"SET CONSTRAINTS ALL {when}")
    if "pk" not in table.c:
        return
    highest = select(func.max(table.c.pk)).scalar_subquery()
    last = func.setval(_sequence(connection, table), highest)
    connection.execute(select(last).where(highest.is_not(None)))


def _sequence(connection: Connection, table: Table) -> Function[str]:
    name = connection.dialect.identifier_preparer.format_table(table)
    return func.pg_get_serial_sequence(name, "pk")


@contextmanager
def indexes_rebuilt(
    connection: Connection, table: Table, coming: int, *empty: str
) -> Iterator[None]:
    """Leave the indexes as they are: to drop one would lock everybody out until the commit."""
    del connection, table, coming, empty
    yield


def insert_columns(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    columns: _Columns,
    *,
    replace: bool = False,
) -> None:
    """Insert rows that are given by the column; with `replace` in the place of those there."""
    count = next(len(column) for column in columns if not isinstance(column, Same))
    if replace:
        full = [[one.value] * count if isinstance(one, Same) else one for one in columns]
        _replace(connection, table, names, full)
        return
    preparer = connection.dialect.identifier_preparer
    listed = ", ".join(map(preparer.quote, names))
    statement = f"COPY {preparer.format_table(table)} ({listed}) FROM STDIN"
    with (
        _errors(connection, statement) as driver,
        driver.cursor() as cursor,
        cursor.copy(statement.encode()) as copy,
    ):
        for start in range(0, count, _ROWS):
            size = min(_ROWS, count - start)
            part = (_part(table, *one, start, size) for one in zip(names, columns, strict=True))
            copy.write("\n".join((*map("\t".join, zip(*part, strict=True)), "")))


def _part(
    table: Table, name: str, column: Sequence[Any] | Same, start: int, size: int
) -> list[str]:
    """Return some values of a column as COPY reads them."""
    kind = table.c[name].type
    if isinstance(column, Same):
        return copied(kind, [column.value]) * size
    return copied(kind, column[start : start + size])


def _replace(
    connection: Connection, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    keys = [column.name for column in table.primary_key]
    made = insert(table).from_select([*names], select(_given(table, names, columns)))
    setting = {name: made.excluded[name] for name in names if name not in keys}
    connection.execute(made.on_conflict_do_update(index_elements=keys, set_=setting))


def update_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set columns of rows that are there: each tuple has values of `names`, the row's key last."""
    if not rows:
        return
    (key,) = table.primary_key
    given = _given(table, (*names, key.name), tuple(zip(*rows, strict=True)))
    setting = {name: given.c[name] for name in names}
    connection.execute(update(table).where(key == given.c[key.name]).values(setting))


def _given(
    table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> TableValuedAlias:
    """Return values of a table's columns as rows; each column is bound as one array."""
    arrays = (
        literal([*column], ARRAY(_kind(table.c[name])))
        for name, column in zip(names, columns, strict=True)
    )
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def _kind(column: ColumnElement[Any]) -> TypeEngine[Any]:
    return NumericAsWritten() if isinstance(column.type, AnyNumber) else column.type


def stream_rows(connection: Connection, query: Executable) -> Iterator[Row]:
    """Yield the rows of a query as the driver's own tuples, in bounded memory."""
    streamed = connection.execute(query, execution_options={"stream_results": True})
    cursor = streamed.cursor
    assert isinstance(cursor, psycopg.ServerCursor)
    with _errors(connection, _FETCH):
        try:
            while rows := cursor.fetchmany(_ROWS):
                yield from rows
        finally:
            streamed.close()


def prepared(
    connection: Connection, query: ClauseElement
) -> Callable[[Mapping[str, Any]], Iterator[Row]]:
    """Return what runs a query, compiled once, with values for its `bindparam`s without one."""
    compiled = query.compile(dialect=connection.dialect)
    assert isinstance(compiled, SQLCompiler)
    required = dict.fromkeys(bind.key for bind in compiled.bind_names if bind.required)
    found = compiled.construct_expanded_state(required)
    statement, given = found.statement, {**found.parameters}

    def rows(parameters: Mapping[str, Any]) -> Iterator[Row]:
        with _errors(connection, statement) as driver, driver.cursor() as cursor:
            return iter(cursor.execute(statement.encode(), {**given, **parameters}).fetchall())

    return rows


@contextmanager
def _errors(connection: Connection, statement: str) -> Iterator[psycopg.Connection[Row]]:
    """Hand over the driver's connection; what it raises is raised as SQLAlchemy does."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
