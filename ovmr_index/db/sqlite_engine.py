"""What the engine of an index in SQLite does of its own: PRAGMAs, how transactions begin."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.util import LRUCache

from ovmr_index.db.checked import Checked
from ovmr_index.db.driver import CACHE_KIB, connect
from ovmr_index.db.functions import add_functions
from ovmr_index.db.kept_connections import FileConnections

_WIDE_CACHE_KIB = 16_384  # the images of LVIS train take 10 MB
_LOADING = {"foreign_keys": 0, "threads": 1, "secure_delete": 0}
_COMPILED = LRUCache[Any, Any](500)  # statements; a command has some eighty


def open_file(path: Path, *, read_only: bool = False, checked: Checked | None = None) -> Engine:
    """Return an engine on the SQLite file at `path`, as `open_engine`."""

    def opened() -> sqlite3.Connection:
        found = None if checked is None else checked.take()
        return connect(path, read_only=read_only) if found is None else found

    engine = create_engine("sqlite://", pool=FileConnections(path, opened))
    engine.dialect = _dialect()
    engine.update_execution_options(compiled_cache=_COMPILED)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


@cache
def _dialect() -> Dialect:
    """Return the dialect that all engines have, so that each finds what another compiled."""
    engine = create_engine("sqlite://")
    engine.connect().close()  # which is when a dialect learns what its SQLite can do
    return engine.dialect


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
def others_together(
    engine: Engine, connection: Connection, count: int
) -> Iterator[Sequence[Connection]]:
    """Open up to `count` connections that see what `connection` sees.

    While one reads, SQLite lets nobody commit. Where that is not so, in an index with a write-ahead
    log, or where somebody waits to commit already, the connection itself is the other.
    """
    with ExitStack() as stack:
        others: list[Connection] = []
        if _reads(connection) == "wal":
            count = 0
        while len(others) < count:
            other = stack.enter_context(engine.connect())
            stack.enter_context(other.begin())
            other.detach()  # nobody else gets what does not wait
            driver_connection(other).execute("PRAGMA busy_timeout = 0")
            try:
                _reads(other)
            except sqlite3.OperationalError:
                break
            others.append(other)
        yield others


def _reads(connection: Connection) -> str:
    """Begin to read; return the journal's mode."""
    driver = driver_connection(connection)
    driver.execute("SELECT 1 FROM sqlite_schema").fetchall()
    mode: str = driver.execute("PRAGMA journal_mode").fetchone()[0]
    return mode


@contextmanager
def loading(connection: Connection) -> Iterator[None]:
    """Check no foreign keys row by row, sort in a thread of its own, overwrite nothing deleted.

    Some builds of SQLite overwrite what is deleted.
    """
    driver = driver_connection(connection)
    before = {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in _LOADING}
    try:
        _set(driver, _LOADING)
        yield
    finally:
        with suppress(sqlite3.ProgrammingError):  # a signal may have closed the connection before
            _set(driver, before)


def _set(driver: sqlite3.Connection, values: Mapping[str, int]) -> None:
    for name, value in values.items():
        driver.execute(f"PRAGMA {name} = {value}")


def set_wait(driver: sqlite3.Connection, milliseconds: int) -> None:
    """Let a connection of the driver wait no longer for a lock."""
    driver.execute(f"PRAGMA busy_timeout = {milliseconds}")


def widen_cache(connection: Connection) -> None:
    """Let a connection keep more pages, which are let go when it is closed."""
    connection.detach()
    driver_connection(connection).execute(f"PRAGMA cache_size = -{_WIDE_CACHE_KIB}")


def data_version(connection: Connection) -> int:
    """Return a number that changes when another connection has changed the index.

    See https://sqlite.org/pragma.html#pragma_data_version; its own changes do not count.
    """
    version: int = driver_connection(connection).execute("PRAGMA data_version").fetchone()[0]
    return version


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection, in the same transaction."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
