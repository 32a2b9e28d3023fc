"""What the engine of an index in PostgreSQL does of its own: isolation, locks, shared snapshots."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, String, create_engine, event, text
from sqlalchemy.util import LRUCache

from ovmr_index.db.checked import Checked
from ovmr_index.db.location import Server
from ovmr_index.db.postgresql_driver import CHANGES, connect, lock_key

READ, WRITE = "REPEATABLE READ", "READ COMMITTED"
_INDEX = "the index"  # what whoever writes without saying what has locked
_COMPILED = LRUCache[Any, Any](500)  # statements; a command has some eighty
_DIALECTS: dict[object, Dialect] = {}  # by the server's version and the schema, once it is known
_SCHEMA = "ovmr_schema"
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)")
# The last of a transaction, so that nobody waits long for the row.
_COUNT = "UPDATE index_changes SET number = number + 1"


def open_server(
    server: Server, *, read_only: bool = False, checked: Checked | None = None
) -> Engine:
    """Return an engine on a schema of a server, as `open_engine`."""
    from ovmr_index.db.postgresql_values import OneText, register
    from ovmr_index.db.server_connections import ServerConnections

    def opened() -> Any:
        found = None if checked is None else checked.take()
        return connect(server) if found is None else found

    engine = create_engine(
        "postgresql+psycopg://",
        creator=opened,
        poolclass=ServerConnections,
        isolation_level=READ,
    )
    engine.update_execution_options(
        compiled_cache=_COMPILED, postgresql_readonly=read_only, **{_SCHEMA: server.schema}
    )
    engine.dialect.colspecs = {**engine.dialect.colspecs, String: OneText}
    event.listen(engine, "connect", lambda driver, _: register(driver))
    event.listen(engine, "connect", lambda *_: _share_dialect(engine), once=True)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _count_change)
    return engine


def _share_dialect(engine: Engine) -> None:
    """Let engines on equal servers have one dialect, so that each finds what another compiled.

    What a dialect knows of its server it learns from its engine's first connection.
    """
    own = engine.dialect
    known = (own.server_version_info, own.default_schema_name)
    engine.dialect = _DIALECTS.setdefault(known, own)


def set_wait(driver: Any, milliseconds: int) -> None:
    """Let a connection of the driver wait no longer for a lock."""
    driver.autocommit = True
    driver.execute(f"SET lock_timeout = {milliseconds}")
    driver.autocommit = False


def isolation(*, writes: bool) -> dict[str, str]:
    """Return the options of a transaction that reads or writes.

    One that reads sees one state. One that writes sees what others have committed while it waited
    for its lock.
    """
    return {"isolation_level": WRITE if writes else READ}


def schema_of(connection: Connection) -> str:
    """Return the schema that the index is in."""
    found: str = connection.get_execution_options()[_SCHEMA]
    return found


def _begin(connection: Connection) -> None:
    """Take the locks of a transaction that writes: of the index, or of what it writes alone."""
    options = connection.get_execution_options()
    if not options.get("writes", False):
        return
    of, schema = options.get("of"), options[_SCHEMA]
    connection.execute(_LOCK_SHARED if of else _LOCK, {"key": lock_key(schema, _INDEX)})
    if of:
        connection.execute(_LOCK, {"key": lock_key(schema, of)})


def lock(connection: Connection, what: str) -> None:
    """Let nobody else write something from now to the end of a transaction that writes."""
    schema = connection.get_execution_options()[_SCHEMA]
    connection.execute(_LOCK, {"key": lock_key(schema, what)})


def lock_shared(connection: Connection, what: str) -> None:
    """Let nobody write something alone from now to the end of a transaction that writes."""
    schema = connection.get_execution_options()[_SCHEMA]
    connection.execute(_LOCK_SHARED, {"key": lock_key(schema, what)})


def wait_for_rows(connection: Connection) -> None:
    """Wait as long as it takes for rows that others write, once the locks are there."""
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


def _count_change(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(_COUNT)


def data_version(connection: Connection) -> int:
    """Return how many transactions have written to the state that a connection sees."""
    number: int = connection.exec_driver_sql(CHANGES).scalar_one()
    return number


@contextmanager
def others_together(
    engine: Engine, connection: Connection, count: int
) -> Iterator[Sequence[Connection]]:
    """Open `count` connections that see what `connection` sees.

    See https://www.postgresql.org/docs/current/sql-set-transaction.html.
    """
    snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    with ExitStack() as stack:
        others = []
        for _ in range(count):
            other = stack.enter_context(engine.connect())
            stack.enter_context(other.begin())
            other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            others.append(other)
        yield others


def is_written(connection: Connection) -> bool:
    """Return whether a transaction writes to the index now."""
    key = lock_key(connection.get_execution_options()[_SCHEMA], _INDEX) & (2**64 - 1)
    query = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND classid = :high AND objid = :low AND objsubid = 1)"
    )
    halves = {"high": key >> 32, "low": key & (2**32 - 1)}
    return bool(connection.execute(query, halves).scalar_one())
