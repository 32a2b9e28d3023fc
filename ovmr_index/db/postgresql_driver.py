"""An index in PostgreSQL as psycopg opens it, and whether it is there.

SQLAlchemy is not imported for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from ovmr_index.db import driver as waits
from ovmr_index.db.checked import Checked
from ovmr_index.db.location import Server
from ovmr_index.errors import SchemaError, ServerError, command, option

if TYPE_CHECKING:
    import psycopg

OLDEST = 14
CONNECT_SECONDS = 10
_SETTINGS = {"client_encoding": "utf8", "application_name": "ovmr-index"}
# All rows of a query are taken, which cursors are not planned for; many statements are short, and
# would take less time than to compile them; sorting in memory is quicker.
_PLANS = "SET cursor_tuple_fraction = 1; SET jit = off; SET work_mem = '64MB'"
# In one schema: `pg_class` knows more of them.
TABLES = """
SELECT relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace AS its
    ON its.oid = relnamespace
WHERE its.nspname = %s AND relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_depend
        WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
    )
ORDER BY relname
"""
_OURS = ("alembic_version", "pool_entries", "synsets")
CHANGES = "SELECT number FROM index_changes"
VERSIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"


def connect(server: Server, *, seconds: float | None = None) -> psycopg.Connection:
    """Open a connection whose names are those of the index's schema.

    A lock of another is waited for so many seconds, `driver.LOCK_SECONDS` if None.

    Raises:
        ServerError: The server cannot be reached, refuses, or is older than PostgreSQL 14.
        UsageError: It cannot be meant by what the URL says.
    """
    opened = _opened(server)
    try:
        _require_version(server, opened)
        wait = waits.LOCK_SECONDS if seconds is None else seconds
        opened.autocommit = True
        path = quoted(server.schema)
        opened.execute(
            f"SET search_path = {path}; SET lock_timeout = {max(1, round(wait * 1000))};"
            f" {_PLANS}".encode()
        )
        opened.autocommit = False
    except BaseException:
        opened.close()
        raise
    return opened


def _opened(server: Server) -> psycopg.Connection:
    driver = driver_package()
    usual = _SETTINGS | {"connect_timeout": str(CONNECT_SECONDS)}
    problem: Any = None
    try:
        opened: psycopg.Connection = driver.connect(**(usual | {**server.parameters}))
    except driver.Error as error:
        problem = error
    else:
        return opened
    from ovmr_index.db.postgresql_errors import refused

    raise refused(server, problem)  # not from it: its frames hold the password


@contextmanager
def asked(server: Server, *, seconds: float | None = None) -> Iterator[psycopg.Connection]:
    """Open a connection to ask something; raises ServerError where the server does not answer it.

    A lock of another is waited for so many seconds, as in `connect`.
    """
    with closing(connect(server, seconds=seconds)) as opened, _answering(server):
        yield opened


@contextmanager
def _answering(server: Server) -> Iterator[None]:
    try:
        yield
    except driver_package().Error as error:
        from ovmr_index.db.postgresql_errors import describe

        raise ServerError(f"{server}: {describe(error)}") from None


@cache
def driver_package() -> Any:
    """Return psycopg; raises ServerError where it is not installed.

    What it warns of goes to those who ask for its log alone: the error that it raises says it.
    """
    try:
        from logging import NullHandler, getLogger

        import psycopg
    except ImportError as error:
        reason = "" if error.name == "psycopg" else f" ({error})"
        raise ServerError(
            f"an index in PostgreSQL needs psycopg{reason};"
            ' install it by `pip install "ovmr-index[postgresql]"`'
        ) from None
    getLogger("psycopg").addHandler(NullHandler())
    return psycopg


def _require_version(server: Server, opened: psycopg.Connection) -> None:
    version = opened.info.server_version
    if version < OLDEST * 10_000:
        raise ServerError(
            f"{server}: runs PostgreSQL {version // 10_000}; an index needs {OLDEST} or newer"
        )


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def lock_key(schema: str, what: str) -> int:
    """Return the number of the lock of something in a schema: 64 bits with a sign."""
    digest = hashlib.sha256(f"ovmr-index\0{schema}\0{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def look_for_index(server: Server) -> Checked | None:
    """Return a connection on the index in its schema, None where its tables are not there.

    Raises SchemaError where something else is in there.
    """
    opened = connect(server)
    checked = Checked(opened, lambda: _answers(opened))
    with ExitStack() as stack:
        stack.callback(checked.close)
        with _answering(server):
            is_there = are_ours(server, tables_of(server, opened))
            opened.rollback()
        if is_there:
            stack.pop_all()
    return checked if is_there else None


def _answers(opened: psycopg.Connection) -> bool:
    try:
        opened.execute("SELECT")
        opened.rollback()
    except driver_package().Error:
        return False
    return True


def require_index(server: Server) -> Checked:
    """Return a connection on the index; raises SchemaError where there is none."""
    found = look_for_index(server)
    if found is None:
        raise SchemaError(f"{server}: there is no index; run {command('ingest')} first")
    return found


def tables_of(server: Server, opened: psycopg.Connection) -> list[str]:
    """Return the tables and views of the schema, but not those of extensions."""
    return [name for (name,) in opened.execute(TABLES, [server.schema])]


def are_ours(server: Server, tables: list[str]) -> bool:
    """Return whether tables are those of an index; raises SchemaError for others."""
    if not tables:
        return False
    if {*_OURS} <= {*tables}:
        return True
    raise SchemaError(
        f"{server}: the schema {server.schema} holds tables of another program, as {tables[0]};"
        f" give another database, or a schema of its own: ?schema=NAME in {option('db')}"
    )


def revision_in(server: Server, opened: psycopg.Connection) -> str | None:
    """Return the revision of the index on a server, None where it has none."""
    with _answering(server):
        found = [version for (version,) in opened.execute(VERSIONS)]
        opened.rollback()
    return " and ".join(found) or None


def changes(server: Server) -> int:
    """Return how many transactions have written to the index on a server."""
    with asked(server) as opened:
        ((number,),) = opened.execute(CHANGES)
    found: int = number
    return found
