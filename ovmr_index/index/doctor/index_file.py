"""The file of the index, which is opened to read alone: its schema, its pools, and who writes."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ovmr_index.db.revision import HEAD, check_kind, known_revisions, revision_of
from ovmr_index.db.sqlite_errors import is_busy
from ovmr_index.errors import command, counted, option
from ovmr_index.index.doctor.estimate import described, read_amounts
from ovmr_index.index.doctor.finding import DoctorCheck, Look, sized
from ovmr_index.index.surroundings import SQLITE_FAULTS
from ovmr_index.ingest.sources import find_sources

_SECTION = "index"
_SECONDS = 5.0
# A vocabulary's pools are made from generations of sources: both as JSON objects by name.
_POOLS = """
SELECT vocabularies.name, json(collations.generations) = (
    SELECT json_group_object(name, generation)
    FROM (SELECT name, generation FROM sources ORDER BY name)
)
FROM collations JOIN vocabularies ON vocabularies.pk = vocabulary_pk ORDER BY vocabularies.name
"""


def index_look(index: Path, root: Path) -> Look:
    """Return the check of the index of the datasets below a root."""
    return Look(_SECTION, "index", lambda: _index(index, root), _SECONDS)


def time_look(root: Path) -> Look:
    """Return the check of how long it takes to read what is there, and to write what it gives."""
    return Look(_SECTION, "time", lambda: _time(root), _SECONDS)


def _index(path: Path, root: Path) -> Iterator[DoctorCheck]:
    if not path.exists():
        found = f"{path} is not there yet"
        yield DoctorCheck(_SECTION, "index", "note", found, _first_steps(root))
        return
    check_kind(path)
    if _has_log(path):
        yield _with_log(path)
        return
    size = sized(path.stat().st_size)
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as one:
            yield from _opened(path, one, size)
    except sqlite3.OperationalError as error:
        yield _unreadable(path, error)


def _first_steps(root: Path) -> str:
    """Return what to do before there is an index; to ingest nothing would fail."""
    if find_sources(root)[0]:
        return f"run {command('ingest')}"
    demo = command("demo", "DIR")
    return f"put a dataset below {root} and run {command('ingest')}, or try {demo} first"


def _has_log(path: Path) -> bool:
    """Return whether a write-ahead log is kept, by the header: to open such a file may write."""
    with path.open("rb") as file:
        return file.read(20)[18:] == b"\2\2"


def _with_log(path: Path) -> DoctorCheck:
    found = f"keeps a write-ahead log, which another program has set; not looked into: {path}"
    faults = [one for one in SQLITE_FAULTS if one.harms(sqlite3.sqlite_version_info, {"wal"})]
    if faults:
        found += f"; in SQLite {sqlite3.sqlite_version} {faults[0].what} (see {faults[0].page})"
    advice = f"run `sqlite3 {shlex.quote(str(path))} 'PRAGMA journal_mode = DELETE'`"
    return DoctorCheck(_SECTION, "index", "note", found, advice)


def _unreadable(path: Path, error: sqlite3.OperationalError) -> DoctorCheck:
    if is_busy(error):
        found = f"another process writes to it now: {path}"
        return DoctorCheck(_SECTION, "index", "note", found, "wait for it, or end it")
    if _has_journal(path):
        found = f"a write was stopped, and its journal is left: {path}"
        advice = f"run {command('status')}, which undoes the write"
        return DoctorCheck(_SECTION, "index", "note", found, advice)
    advice = f"check its permissions and those of its folder, or give another {option('db')}"
    return DoctorCheck(_SECTION, "index", "problem", f"{error}: {path}", advice)


def _has_journal(path: Path) -> bool:
    journal = Path(f"{path}-journal")
    return journal.exists() and journal.stat().st_size > 0


def _opened(path: Path, connection: sqlite3.Connection, size: str) -> Iterator[DoctorCheck]:
    connection.execute("BEGIN")
    revision = revision_of(connection)
    if revision != HEAD:
        known = revision in known_revisions()
        found = f"{size}, schema {revision or 'none'}, this program needs {HEAD}: {path}"
        advice = f"run {command('db upgrade')}" if known else "install a newer ovmr-index"
        yield DoctorCheck(_SECTION, "index", "problem", found, advice)
        return
    (sources,) = connection.execute("SELECT count(*) FROM sources").fetchone()
    found = f"{size}, schema {revision}, {counted(sources, 'source')}: {path}"
    if _has_journal(path):
        advice = "wait for its end before you write to it"
        found = f"{found}; another process writes to it now"
    else:
        advice = "" if sources else f"run {command('ingest')}"
    yield DoctorCheck(_SECTION, "index", "note" if advice else "ok", found, advice)
    yield from _pools(connection)


def _pools(connection: sqlite3.Connection) -> Iterator[DoctorCheck]:
    states = dict(connection.execute(_POOLS).fetchall())
    stale = [name for name, is_fresh in states.items() if not is_fresh]
    if not states:
        found, advice = "none yet", f"run {command('collate')}; a draw or an export does it too"
    elif stale:
        found = f"stale: a source has changed since those of {', '.join(stale)} were made"
        advice = f"run {command('collate')}; a draw or an export does it too"
    else:
        found, advice = f"fresh: those of {', '.join(states)}", ""
    yield DoctorCheck(_SECTION, "pools", "note" if advice else "ok", found, advice)


def _time(root: Path) -> Iterator[DoctorCheck]:
    amounts = read_amounts(root)
    if not amounts:
        return
    size = f"{sized(amounts.annotation_bytes)} of annotations"
    images = f", about {amounts.images:,} images of ImageNet" if amounts.images else ""
    found = (
        f"ingest {described(amounts.ingest_seconds())}, export"
        f" {described(amounts.export_seconds())}: {size}{images}"
    )
    yield DoctorCheck(_SECTION, "time", "ok", found)
