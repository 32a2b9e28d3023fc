"""The only place that opens a database: PRAGMAs, transactions, bulk rows."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Connection,
    Engine,
    NullPool,
    Table,
    create_engine,
    event,
    insert,
)
from sqlalchemy.sql.compiler import SQLCompiler

CACHE_KIB = 65_536
LOCK_SECONDS = 30

Row = tuple[Any, ...]


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine on the SQLite file at `path`; nothing is opened until it is used."""
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, isolation_level=None, timeout=LOCK_SECONDS)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


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
    which they have just read or written.
    """
    with engine.connect().execution_options(writes=True) as connection:
        if bulk:
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                yield connection
        finally:
            if bulk:
                _set_foreign_keys(connection, on=True)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    driver_connection(connection).execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection, in the same transaction."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Insert tuples of values in the order of `columns`, as the driver takes them.

    Types are not converted on the way: values must be what the driver knows. Columns that are None
    in every row are left to their default, NULL: the driver is slow to bind None.
    """
    given = [i for i in range(len(columns)) if any(row[i] is not None for row in rows)]
    if not given:
        return
    names = [columns[i] for i in given]
    if len(given) < len(columns):
        rows = [tuple([row[i] for i in given]) for row in rows]
    statement = insert(table).values(dict.fromkeys(names))
    compiled = statement.compile(dialect=connection.dialect, column_keys=names)
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(str(compiled), rows)
    finally:
        cursor.close()


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
