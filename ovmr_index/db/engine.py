"""The engine of an index, and its transactions: in SQLite and in PostgreSQL alike."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from ovmr_index.db import postgresql_engine, sqlite_engine
from ovmr_index.db.checked import Checked
from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.location import Location
from ovmr_index.db.postgresql_engine import schema_of
from ovmr_index.db.sqlite_engine import driver_connection

__all__ = [
    "data_version",
    "driver_connection",
    "lock",
    "lock_shared",
    "open_engine",
    "reading",
    "reading_together",
    "rolling_back",
    "schema_of",
    "transaction",
    "wait_at_most",
    "widen_cache",
    "writing",
]


def open_engine(
    location: Location, *, read_only: bool = False, checked: Checked | None = None
) -> Engine:
    """Return an engine on an index; nothing is opened until it is used.

    Its first connection is that by which it was `checked`, if that can still be used.
    """
    if isinstance(location, Path):
        return sqlite_engine.open_file(location, read_only=read_only, checked=checked)
    return postgresql_engine.open_server(location, read_only=read_only, checked=checked)


def rolling_back(engine: Engine) -> Engine:
    """Return an engine on the same index that rolls back each transaction: for a dry run."""
    return engine.execution_options(undo=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that sees one state of the index from its first read to its end."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def reading_together(
    engine: Engine, count: int
) -> Iterator[tuple[Connection, Sequence[Connection]]]:
    """Open a connection, and up to `count` others for threads that see the same state.

    Where there can be none the connection itself is the other.
    """
    together = (postgresql_engine if is_postgresql(engine) else sqlite_engine).others_together
    with reading(engine) as connection:
        if count == 1:
            yield connection, [connection]
            return
        with together(engine, connection, count) as others:
            yield connection, others or [connection]


@contextmanager
def writing(engine: Engine, *, bulk: bool = False, of: str | None = None) -> Iterator[Connection]:
    """Open a transaction that takes the write lock at once; committed at the end or rolled back.

    On an engine of `rolling_back` nothing is committed.

    Args:
        engine: The engine of the index.
        bulk: For loads that take every key from rows which they have just read or written: SQLite
            checks no foreign keys row by row, and in PostgreSQL a row that another load adds, too,
            is waited for.
        of: What is written. In PostgreSQL it is locked alone, so that others may write something
            else; without it, and in SQLite, nobody may write meanwhile.
    """
    with engine.connect() as connection:
        loads = bulk and not is_postgresql(engine)
        with (
            sqlite_engine.loading(connection) if loads else nullcontext(),
            transaction(connection, writes=True, of=of),
        ):
            if bulk and not loads:
                postgresql_engine.wait_for_rows(connection)
            yield connection
            if connection.get_execution_options().get("undo", False):
                found = connection.get_transaction()
                assert found is not None
                found.rollback()


@contextmanager
def transaction(
    connection: Connection, *, writes: bool = False, of: str | None = None
) -> Iterator[None]:
    """Open one of several transactions of a connection, which keeps its temporary tables.

    It is as that of `reading`, or of `writing`.
    """
    connection.execution_options(writes=writes, of=of)
    if is_postgresql(connection):
        connection.execution_options(**postgresql_engine.isolation(writes=writes))
    with connection.begin():
        yield


def lock(connection: Connection, what: str) -> None:
    """Let nobody else write something from now on, in a transaction that writes something else.

    In SQLite nobody can.
    """
    if is_postgresql(connection):
        postgresql_engine.lock(connection, what)


def lock_shared(connection: Connection, what: str) -> None:
    """Let nobody else write something alone from now on; others may write parts of it.

    In SQLite nobody can.
    """
    if is_postgresql(connection):
        postgresql_engine.lock_shared(connection, what)


def wait_at_most(engine: Engine, milliseconds: int) -> None:
    """Let each connection of an engine wait no longer for the lock of another process."""
    settings = postgresql_engine if is_postgresql(engine) else sqlite_engine

    def set_wait(driver: Any, _: object) -> None:
        settings.set_wait(driver, milliseconds)

    engine.dispose()  # what is open already waits for longer
    event.listen(engine, "connect", set_wait, insert=True)


def widen_cache(connection: Connection) -> None:
    """Let a connection keep more pages, for rows whose images come in no order; not to sort.

    PostgreSQL keeps its pages for all connections together.
    """
    if not is_postgresql(connection):
        sqlite_engine.widen_cache(connection)


def data_version(connection: Connection) -> int:
    """Return a number that changes when another connection has changed the index."""
    if is_postgresql(connection):
        return postgresql_engine.data_version(connection)
    return sqlite_engine.data_version(connection)
