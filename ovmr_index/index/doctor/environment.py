"""The program, Python and SQLite: versions, known faults, and what they must be able to do."""

import platform
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

from ovmr_index import __version__
from ovmr_index.index.doctor.finding import DoctorCheck, Look, State
from ovmr_index.index.surroundings import SQLITE_FAULTS

_SECTION = "environment"
_OLDEST_PYTHON = (3, 11)
_OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables
_NEW_PYTHON = "install a newer Python, which brings its SQLite: `uv python install 3.13`"
_FILES = 256
_FIRST_RELEASE = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
# What queries use, each with a statement that a build without it refuses.
_ABILITIES = {
    "JSON": "SELECT json_extract('[1]', '$[0]') FROM json_each('[1]')",
    "window functions": "SELECT row_number() OVER (ORDER BY 1)",
    "STRICT tables": "CREATE TABLE strict_one (a INTEGER) STRICT",
    "RETURNING": "INSERT INTO one VALUES (1) RETURNING a",
    "recursive queries": "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT 2) SELECT i FROM n",
}


def environment_looks() -> list[Look]:
    """Return the checks of the program's surroundings that need no file of yours."""
    return [
        Look(_SECTION, "ovmr-index", _program),
        Look(_SECTION, "Python", _python),
        Look(_SECTION, "SQLite", _sqlite),
        Look(_SECTION, "SQLite's abilities", _abilities),
        Look(_SECTION, "encoding", _encoding),
        Look(_SECTION, "open files", _open_files),
        Look(_SECTION, "clock", _clock),
    ]


def _program() -> Iterator[DoctorCheck]:
    yield DoctorCheck(_SECTION, "ovmr-index", "ok", __version__)


def _python() -> Iterator[DoctorCheck]:
    is_old = sys.version_info < _OLDEST_PYTHON
    found = f"{platform.python_version()}, {platform.system()} on {platform.machine()}"
    state: State = "problem" if is_old else "ok"
    yield DoctorCheck(_SECTION, "Python", state, found, "install Python 3.11" if is_old else "")


def _sqlite() -> Iterator[DoctorCheck]:
    """Say SQLite's version and the faults that it has in any index.

    An index keeps a rollback journal, so that what needs the other journal (WAL) harms none.
    """
    version, advice, state = sqlite3.sqlite_version, "", "ok"
    found = [version]
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        found.append("too old")
        advice, state = _NEW_PYTHON, "problem"
    if sqlite3.threadsafety == 0:
        found.append("made for one thread alone")
        advice, state = _NEW_PYTHON, "problem"
    with closing(sqlite3.connect(":memory:")) as connection:
        options = {one for (one,) in connection.execute("PRAGMA compile_options")}
    traits = {"temp_store in memory"} if "TEMP_STORE=3" in options else set()
    for fault in SQLITE_FAULTS:
        if fault.harms(sqlite3.sqlite_version_info, traits):
            fixed = ".".join(map(str, fault.fixed))
            found.append(f"known fault: {fault.what} (fixed in {fixed}, see {fault.page})")
            advice, state = _NEW_PYTHON, "problem"
    yield DoctorCheck(_SECTION, "SQLite", _state(state), "; ".join(found), advice)


def _state(name: str) -> State:
    return "problem" if name == "problem" else "note" if name == "note" else "ok"


def _abilities() -> Iterator[DoctorCheck]:
    lacking = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE one (a INTEGER)")
        for name, statement in _ABILITIES.items():
            try:
                connection.execute(statement).fetchall()
            except sqlite3.Error:
                lacking.append(name)
    found = f"without {', '.join(lacking)}" if lacking else ", ".join(_ABILITIES)
    state: State = "problem" if lacking else "ok"
    yield DoctorCheck(_SECTION, "SQLite's abilities", state, found, _NEW_PYTHON if lacking else "")


def _encoding() -> Iterator[DoctorCheck]:
    names = sys.getfilesystemencoding()
    shown = getattr(sys.stdout, "encoding", None) or "none"
    is_utf8 = all(one.lower().replace("-", "") in ("utf8", "none") for one in (names, shown))
    found = f"names of files {names}, output {shown}"
    advice = "" if is_utf8 else "set PYTHONUTF8=1, or LC_ALL=C.UTF-8"
    yield DoctorCheck(_SECTION, "encoding", "ok" if is_utf8 else "note", found, advice)


def _open_files() -> Iterator[DoctorCheck]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    is_few = most != resource.RLIM_INFINITY and most < _FILES
    found = "no limit" if most == resource.RLIM_INFINITY else f"at most {most:,}"
    advice = "raise it: `ulimit -n 1024`" if is_few else ""
    yield DoctorCheck(_SECTION, "open files", "note" if is_few else "ok", found, advice)


def _clock() -> Iterator[DoctorCheck]:
    now = time.time()
    is_past = now < _FIRST_RELEASE
    found = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
    advice = "set the clock: by times of files an ingest sees what has changed" if is_past else ""
    yield DoctorCheck(_SECTION, "clock", "problem" if is_past else "ok", found, advice)
