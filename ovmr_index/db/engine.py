"""The only place that opens a database: PRAGMAs, transactions, bulk rows."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Connection,
    Dialect,
    Engine,
    NullPool,
    Select,
    Table,
    create_engine,
    event,
    insert,
)
from sqlalchemy.sql.compiler import SQLCompiler

from ovmr_index.db.functions import add_functions

CACHE_KIB = 4_096  # sorting is quickest in what the processor's own cache holds
LOCK_SECONDS = 30
GROUP = 80  # rows of a statement; of 12 columns at most, SQLite takes 999 values everywhere

Row = tuple[Any, ...]
Query = Select[*tuple[Any, ...]]


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine on the SQLite file at `path`; nothing is opened until it is used."""
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, isolation_level=None, timeout=LOCK_SECONDS)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def undoing(engine: Engine) -> Engine:
    """Return an engine on the same file that undoes each of its transactions: for a dry run."""
    return engine.execution_options(undo=True)


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    add_functions(connection)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that sees one state of the index from its first read to its end."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, bulk: bool = False) -> Iterator[Connection]:
    """Open a transaction that takes the write lock at once; committed at the end or undone.

    With `bulk` foreign keys are not checked row by row: for loads that take every key from rows
    which they have just read or written. On an engine of `undoing` it is always undone.
    """
    with engine.connect().execution_options(writes=True) as connection:
        if bulk:
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin() as transaction:
                yield connection
                if connection.get_execution_options().get("undo", False):
                    transaction.rollback()
        finally:
            if bulk:
                _set_foreign_keys(connection, on=True)


@contextmanager
def transaction(connection: Connection, *, writes: bool = False) -> Iterator[None]:
    """Open one of several transactions of a connection, which keeps its temporary tables.

    It is as that of `reading`, or of `writing`.
    """
    connection.execution_options(writes=writes)
    with connection.begin():
        yield


def data_version(connection: Connection) -> int:
    """Return a number that is another one once another connection has changed the index.

    See https://sqlite.org/pragma.html#pragma_data_version; changes of its own do not count.
    """
    version: int = driver_connection(connection).execute("PRAGMA data_version").fetchone()[0]
    return version


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    driver_connection(connection).execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection, in the same transaction."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def renew(connection: Connection, table: Table) -> None:
    """Make a temporary table, empty, whether it was there or not."""
    table.drop(connection, checkfirst=True)
    table.create(connection)


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]
) -> None:
    """Insert tuples of values in the order of `names`, as `insert_columns` does."""
    insert_columns(connection, table, names, tuple(zip(*rows, strict=True)))


def insert_columns(
    connection: Connection, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Insert rows that are given by the column, as the driver takes them.

    Types are not converted on the way: values must be what the driver knows. Columns that are None
    in every row are left to their default, NULL: the driver is slow to bind None.
    """
    if not columns:
        return
    count = len(columns[0])
    values = dict(zip(names, columns, strict=True))
    given = {
        column.name: values[column.name]
        for column in table.columns
        if column.name in values
        and (not column.nullable or values[column.name].count(None) < count)
    }
    one, grouped = _insert_statements(connection.dialect, table, tuple(given))
    flat, width = _row_by_row(list(given.values()), count), len(given)
    grouped_end = count // GROUP * GROUP * width
    cursor = driver_connection(connection).cursor()
    try:
        cursor.executemany(grouped, _slices(flat, 0, grouped_end, GROUP * width))
        cursor.executemany(one, _slices(flat, grouped_end, count * width, width))
    finally:
        cursor.close()


def _row_by_row(columns: Sequence[Sequence[Any]], count: int) -> list[Any]:
    """Return the values of columns, row after row; slices of columns are set at once."""
    flat: list[Any] = [None] * (count * len(columns))
    for place, column in enumerate(columns):
        flat[place :: len(columns)] = column
    return flat


def _slices(values: list[Any], start: int, end: int, size: int) -> Iterator[list[Any]]:
    return (values[at : at + size] for at in range(start, end, size))


@lru_cache
def _insert_statements(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the statements that insert one row and `GROUP` rows, `names` in the table's order.

    Rows by the group take a third less time than one by one; compiling takes as long as 500 rows.
    """
    one = str(insert(table).values(dict.fromkeys(names)).compile(dialect=dialect))
    before, values = one.split(" VALUES ")
    return one, f"{before} VALUES {', '.join([values] * GROUP)}"


def stream_rows(connection: Connection, query: ClauseElement) -> Iterator[Row]:
    """Yield the rows of a query as the driver's own tuples, in bounded memory."""
    compiled = query.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    assert isinstance(compiled, SQLCompiler)
    values = compiled.construct_params()
    cursor = driver_connection(connection).cursor()
    try:
        cursor.execute(str(compiled), tuple(values[name] for name in compiled.positiontup or ()))
        yield from cursor
    finally:
        cursor.close()
