"""The process that a query of unknown origin runs in: it reads the index and can be ended at once.

`readonly` runs this file by its path. It imports nothing but Python's own library, and so starts in
some hundredths of a second. The request comes on standard input, frames leave on standard output:
a letter, the length, and marshalled data.

One SQL function can run for minutes, and SQLite looks at no clock and no signal meanwhile. So the
kernel ends this process when its time is over (SIGALRM), and refuses it memory above the limit.
"""

import marshal
import os
import resource
import signal
import sqlite3
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

Value = int | float | str | bytes | None

HEADER = struct.Struct("<cQ")
LENGTH = struct.Struct("<Q")
OPENING, OPEN, POOLS, COLUMNS, ROWS, ERROR, END = b"w", b"o", b"p", b"c", b"r", b"e", b"."
# What can be wrong beside what the driver says: with what the query would do, a value of `-p` that
# is not there (by name), nothing to run, too large a row, memory, text that is not UTF-8.
REFUSED, MISSING, EMPTY, WIDE, MEMORY = "refused", "missing", "empty", "wide", "memory"
NOT_UTF8, STORED_NOT_UTF8 = "not UTF-8", "stored text is not UTF-8"
KINDS = (REFUSED, MISSING, EMPTY, WIDE, MEMORY, NOT_UTF8, STORED_NOT_UTF8)

VALUE_BYTES = 4 * 1024 * 1024
ROW_BYTES = 4 * VALUE_BYTES
TEMPORARY_BYTES = 4 * 1024**3  # of one file that SQLite sorts in
LOCK_SECONDS = 30
_POOLS_TABLE = "pool_entries"
_FRAME_BYTES = 64 * 1024
_FRAME_SECONDS = 0.05
_MESSAGE = 1_000  # characters: it may quote the text that it is about

_ALLOWED_ACTIONS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_ALLOWED_ACTIONS |= {sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# Some need a build of SQLite with its shell's or its loadable functions.
_FORBIDDEN_FUNCTIONS = {
    "edit",
    "fts3_tokenizer",
    "fsdir",
    "load_extension",
    "lsmode",
    "readfile",
    "sqlite_log",
    "writefile",
    "zipfile",
}
# A table-valued function declares its table when it is first used, which the authorizer would
# refuse as a change of the schema.
_USE_OF_JSON_TABLES = "SELECT 1 FROM json_each('[]'), json_tree('[]')"
_SCHEMA = "SELECT 1 FROM pragma_table_info('alembic_version') WHERE name = 'version_num'"
_REVISION = (
    "SELECT group_concat(version_num, ' and ')"
    " FROM (SELECT version_num FROM alembic_version ORDER BY version_num)"
)

# As bytes: what a damaged index holds must not take the answer away.
_COLLATIONS = (
    "SELECT CAST(name AS BLOB), CAST(generations AS BLOB) FROM vocabularies"
    " LEFT JOIN collations ON collations.vocabulary_pk = vocabularies.pk ORDER BY name"
)
_GENERATIONS = "SELECT CAST(name AS BLOB), generation FROM sources ORDER BY name"


class Request(NamedTuple):
    """What to ask which file, until when (of `time.monotonic`), and with how much memory."""

    address: str
    query: str
    values: dict[str, Value]
    end: float
    memory_bytes: int
    cache_kib: int


class PoolsRead(NamedTuple):
    """Through which views ("" for none) a query reads pools, and what they were made from.

    `collations` has the generations by vocabulary, None without pools; `generations` those now.
    """

    views: list[str]
    collations: list[tuple[bytes, bytes | None]]
    generations: list[tuple[bytes, int]]


class Failure(NamedTuple):
    """Why a query has no rows, or no more.

    `kind` is one of `KINDS`, or else the name of the driver's exception, with SQLite's primary code
    and its words.
    """

    kind: str
    code: int
    message: str


class _Values(dict[str, Value]):
    """Values by name; asked for one that is not there, it says so."""

    def __missing__(self, name: str) -> Value:
        raise _QueryError(MISSING, name)


class _QueryError(Exception):
    """A failure that has no exception of its own: its kind and message."""


class _Answer:
    """Where frames go."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def send(self, kind: bytes, data: Any = None) -> None:
        """Send a frame at once."""
        content = marshal.dumps(data)
        self._file.write(HEADER.pack(kind, len(content)) + content)
        self._file.flush()

    def send_rows(self, rows: Iterator[tuple[Value, ...]]) -> None:
        """Send rows: together as far as they come quickly, so that none waits for long."""
        held: list[tuple[Value, ...]] = []
        size, sent = 0, 0.0
        try:
            for row in rows:
                size += _size(row)
                held.append(row)
                if size > _FRAME_BYTES or time.monotonic() - sent > _FRAME_SECONDS:
                    batch, held, size = held, [], 0
                    self.send(ROWS, batch)
                    sent = time.monotonic()
        finally:
            if held:
                self.send(ROWS, held)


def _size(row: tuple[Value, ...]) -> int:
    """Return the bytes of a row; a row must not fill the memory of whoever takes it."""
    size = sum(map(sys.getsizeof, row))
    if size > ROW_BYTES:
        raise _QueryError(WIDE, "")
    return size


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, 0 where the driver alone objects."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


class _Query:
    """One query on its way."""

    def __init__(self, request: Request, answer: _Answer) -> None:
        self._request, self._answer = request, answer
        self._refused = False
        self._pool_views: set[str] = set()

    def run(self) -> None:
        """Send columns, rows and how it ended."""
        try:
            self._run()
        except _QueryError as error:
            kind, message = error.args
            self._fail(kind, message)
        except MemoryError:
            self._fail(MEMORY)
        except UnicodeEncodeError:
            self._fail(NOT_UTF8)
        except sqlite3.Error as error:
            self._fail(self._kind(error), str(error), _code(error))
        else:
            self._answer.send(END)

    def _fail(self, kind: str, message: str = "", code: int = 0) -> None:
        self._answer.send(ERROR, tuple(Failure(kind, code, message[:_MESSAGE])))

    def _kind(self, error: sqlite3.Error) -> str:
        # What SQLite itself refuses before it asks the authorizer.
        if self._refused or str(error).startswith(("cannot VACUUM", "cannot modify ")):
            return REFUSED
        if str(error).startswith("Could not decode to UTF-8"):
            return STORED_NOT_UTF8
        return type(error).__name__

    def _run(self) -> None:
        self._answer.send(OPENING)
        connection, revision = self._open()
        self._prepare(connection)
        self._answer.send(OPEN, revision)
        cursor = connection.execute(self._request.query, _Values(self._request.values))
        if cursor.description is None:
            raise _QueryError(EMPTY, "")
        if self._pool_views:
            self._send_pools(connection)
        self._answer.send(COLUMNS, tuple(column[0] for column in cursor.description))
        self._answer.send_rows(cursor)

    def _send_pools(self, connection: sqlite3.Connection) -> None:
        """Send what says whether pools that the query reads are stale, as far as it can be read."""
        with suppress(sqlite3.Error):
            rows = [connection.execute(query).fetchall() for query in (_COLLATIONS, _GENERATIONS)]
            self._answer.send(POOLS, (sorted(self._pool_views), *rows))

    def _open(self) -> tuple[sqlite3.Connection, str | None]:
        """Open the file so that nothing is written to it; return its revision too.

        What a write that was cut off has left is undone by a connection that may write, once.
        """
        try:
            return self._read_revision("ro")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_READONLY:
                raise
        self._read_revision("rw")[0].close()
        return self._read_revision("ro")

    def _read_revision(self, mode: str) -> tuple[sqlite3.Connection, str | None]:
        """Begin the one transaction that the query reads in; others' writes are waited for."""
        patience = max(0.0, min(self._request.end - time.monotonic(), LOCK_SECONDS))
        address = f"{self._request.address}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=patience)
        connection.execute("BEGIN")
        there = connection.execute(_SCHEMA).fetchone()
        revision = connection.execute(_REVISION).fetchone() if there else None
        return connection, revision[0] if revision else None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Let the connection do nothing but SELECT, with values that are not too large."""
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute(f"PRAGMA cache_size = -{self._request.cache_kib}")
        connection.execute(f"PRAGMA hard_heap_limit = {self._request.memory_bytes}")
        connection.execute(_USE_OF_JSON_TABLES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
        connection.set_authorizer(self._authorize)

    def _authorize(
        self, action: int, of: str | None, name: str | None, _: str | None, view: str | None
    ) -> int:
        is_function = action == sqlite3.SQLITE_FUNCTION
        forbidden = is_function and (name or "").lower() in _FORBIDDEN_FUNCTIONS
        if action == sqlite3.SQLITE_READ and of == _POOLS_TABLE:
            self._pool_views.add(view or "")
        if action in _ALLOWED_ACTIONS and not forbidden:
            return sqlite3.SQLITE_OK
        self._refused = True
        return sqlite3.SQLITE_DENY


def _limit(request: Request) -> None:
    """Have the kernel end this process in time, and refuse it memory and disk above the limit."""
    seconds = request.end - time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, max(0.001, min(seconds, 1e9)))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for kind, wanted in (
        (resource.RLIMIT_DATA, request.memory_bytes),
        (resource.RLIMIT_FSIZE, TEMPORARY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (wanted if hard < 0 else min(wanted, hard), hard))


def _end_with_parent(file: BinaryIO) -> None:
    """Wait for the end of standard input, which comes when whoever asks is gone."""
    file.read(1)
    os._exit(1)


def main() -> None:
    """Answer the one request on standard input."""
    given = sys.stdin.buffer
    (length,) = LENGTH.unpack(given.read(LENGTH.size))
    request = Request(*marshal.loads(given.read(length)))
    threading.Thread(target=_end_with_parent, args=(given,), daemon=True).start()
    _limit(request)
    _Query(request, _Answer(sys.stdout.buffer)).run()
    os._exit(0)


if __name__ == "__main__":
    main()
