"""The index on a server: whether it answers, its version, the schema, the pools, and who writes."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection, func, select, text

from ovmr_index.db import schema
from ovmr_index.db.computed import stale_vocabularies
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.location import Server
from ovmr_index.db.models import Collation, Source, Vocabulary
from ovmr_index.db.postgresql_driver import are_ours, asked, tables_of
from ovmr_index.db.postgresql_engine import is_written
from ovmr_index.db.revision import HEAD, known_revisions
from ovmr_index.db.size import stored_bytes
from ovmr_index.errors import OvmrIndexError, command, counted
from ovmr_index.index.doctor.finding import DoctorCheck, Look, sized

_SECTION = "index"
_SLOW = 0.02  # seconds that a question may take on its way and back


def server_look(server: Server) -> Look:
    """Return the check of a server and of the index on it, which has its own limit of time."""
    return Look(_SECTION, "server", lambda: _server(server))


def _server(server: Server) -> Iterator[DoctorCheck]:
    try:
        yield from _asked(server)
    except OvmrIndexError as error:
        found, _, advice = str(error).partition("; ")
        yield DoctorCheck(_SECTION, "server", "problem", found, advice)


def _asked(server: Server) -> Iterator[DoctorCheck]:
    with asked(server, seconds=1) as opened:
        version = opened.info.parameter_status("server_version")
        started = time.perf_counter()
        opened.execute("SELECT 1")
        seconds = time.perf_counter() - started
        is_there = are_ours(server, tables_of(server, opened))
    found = f"PostgreSQL {version} answers in {1000 * seconds:,.1f} ms: {server}"
    advice = "run this nearer to the server: ingest asks it often" if seconds > _SLOW else ""
    yield DoctorCheck(_SECTION, "server", "note" if advice else "ok", found, advice)
    if not is_there:
        found = f"{server} holds none yet"
        yield DoctorCheck(_SECTION, "index", "note", found, f"run {command('ingest')}")
        return
    engine = open_engine(server)
    with reading(engine) as connection:
        yield from _opened(server, connection)


def _opened(server: Server, connection: Connection) -> Iterator[DoctorCheck]:
    revision = schema.current(connection)
    size = sized(stored_bytes(connection, server))
    if revision != HEAD:
        known = revision in known_revisions()
        found = f"{size}, schema {revision or 'none'}, this program needs {HEAD}"
        advice = f"run {command('db upgrade')}" if known else "install a newer ovmr-index"
        yield DoctorCheck(_SECTION, "index", "problem", found, advice)
        return
    sources = connection.execute(select(func.count()).select_from(Source)).scalar_one()
    found = f"{size}, schema {revision}, {counted(sources, 'source')}"
    advice = "" if sources else f"run {command('ingest')}"
    if is_written(connection):
        found, advice = f"{found}; another process writes to it now", "it may wait for that one"
    yield DoctorCheck(_SECTION, "index", "note" if advice else "ok", found, advice)
    yield _rights(connection)
    yield _pools(connection)


def _rights(connection: Connection) -> DoctorCheck:
    row = connection.execute(
        text("SELECT current_user, has_table_privilege('sources', 'INSERT')")
    ).one()
    role, may_write = row
    if may_write:
        return DoctorCheck(_SECTION, "role", "ok", f"{role} may read and write")
    advice = "have the right be given where it is to write: GRANT ALL ON ALL TABLES IN SCHEMA …"
    return DoctorCheck(_SECTION, "role", "note", f"{role} may read alone", advice)


def _pools(connection: Connection) -> DoctorCheck:
    query = select(Vocabulary.c.name).join(Collation, Collation.c.vocabulary_pk == Vocabulary.c.pk)
    made = connection.execute(query.order_by(Vocabulary.c.name)).scalars().all()
    stale = stale_vocabularies(connection)
    again = f"run {command('collate')}; a draw or an export does it too"
    if not made:
        return DoctorCheck(_SECTION, "pools", "note", "none yet", again)
    if stale:
        found = f"stale: a source has changed since those of {', '.join(stale)} were made"
        return DoctorCheck(_SECTION, "pools", "note", found, again)
    return DoctorCheck(_SECTION, "pools", "ok", f"fresh: those of {', '.join(made)}")
