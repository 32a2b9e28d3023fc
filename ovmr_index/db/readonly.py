"""Ad-hoc SQL that can only read.

The second way to open an index beside `engine`: an unknown query gets a connection of its own, in a
process of its own, which can be ended whatever it is doing. `mode=ro` alone would still allow
ATTACH of a new file and VACUUM INTO (https://sqlite.org/c3ref/open.html,
https://sqlite.org/c3ref/set_authorizer.html).
"""

import marshal
import math
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index.arguments import check_argument
from ovmr_index.db import query_process, sqlite_errors
from ovmr_index.db.driver import CACHE_KIB
from ovmr_index.db.location import Location, Server
from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.db.query_process import ROW_BYTES, VALUE_BYTES, Failure, PoolsRead, Request
from ovmr_index.db.query_result import (
    QueryResult,
    in_query,
    locked,
    not_json,
    not_only_select,
    one_line,
    too_long,
)
from ovmr_index.db.query_stop import QueryStop
from ovmr_index.db.query_values import Value, parameter, plain_values
from ovmr_index.db.revision import require_head
from ovmr_index.errors import OvmrIndexError, UsageError, option

if TYPE_CHECKING:
    from ovmr_index.db.bulk import Row
    from ovmr_index.db.pools_state import PoolsState

_LEAST_MEMORY_MIB = 32  # what Python takes to begin with
_LONGEST_WAIT = 3_600.0
_PIECE_BYTES = 1024 * 1024
# What SQLite says where a query names what is not there, or what is there twice.
_UNKNOWN = ("no such ", "ambiguous column name")


@contextmanager
def run_query(
    location: Location,
    query: str,
    params: Mapping[str, Value],
    *,
    seconds: float = SECONDS,
    memory_mib: int = MEMORY_MIB,
    stop: QueryStop | None = None,
) -> Iterator[QueryResult]:
    """Run one SELECT (or EXPLAIN of one) on the index at a location; its rows end with the block.

    Rows stream in bounded memory. `:name` in the query takes the value of `name` in `params`. The
    time counts from the start, with the wait for another process's lock, until the last row is
    taken, since others cannot write meanwhile. `stop` ends it from another thread.

    The query runs in a process of its own, for which 0.03 s are little to pay: SQLite hears neither
    a clock nor Ctrl-C while one of its functions runs, and takes what memory it gets.

    Raises:
        UsageError: The query is wrong, or would do more than read.
        SchemaError: The index has another schema revision.
        OvmrIndexError: The query takes longer than `seconds` or more memory than `memory_mib`, was
            stopped, or the file cannot be read. All of these also while the rows are taken.
    """
    for name, value, wanted in (("query", query, str), ("seconds", seconds, float)):
        check_argument(name, value, wanted)
    check_argument("memory_mib", memory_mib, int)
    values = plain_values(params)
    if isinstance(location, Server):
        from ovmr_index.db.postgresql_query import run_server_query

        of_server = location, str(query), values
        with run_server_query(*of_server, seconds=seconds, stop=stop) as result:
            yield result
        return
    end = time.monotonic() + seconds
    request = Request(
        location.absolute().as_uri(),
        str(query),
        values,
        end,
        max(memory_mib, _LEAST_MEMORY_MIB) * 1024 * 1024,
        CACHE_KIB,
    )
    with _process() as process:
        answer = _Answer(process, location, request, seconds, stop)
        columns = answer.columns()
        with closing(answer.rows()) as rows:
            yield QueryResult(columns, rows, answer.pools)


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    """Start the process of a query, out of reach of the terminal's Ctrl-C, and end it."""
    command = [sys.executable, "-I", "-S", query_process.__file__]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class _Answer:
    """What comes from the process of a query, and the errors that it becomes here.

    After `columns`, `pools` are those that the query reads and that are not fresh.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        path: Path,
        request: Request,
        seconds: float,
        stop: QueryStop | None,
    ) -> None:
        """Send the request."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._path, self._request = process, path, request
        self._seconds = seconds
        self._file = process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)
        self._stop = -1 if stop is None else stop.fileno()
        if stop is not None:
            self._poll.register(stop, select.POLLIN)
        self._opening = False
        self.pools: dict[str, PoolsState] = {}
        content = marshal.dumps(tuple(request))
        self._write(process.stdin.fileno(), query_process.LENGTH.pack(len(content)) + content)

    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns; raises SchemaError for an index of another revision."""
        for kind, data in self._frames():
            self._opening = kind == query_process.OPENING
            if kind == query_process.OPEN:
                require_head(self._path, data)
            elif kind == query_process.POOLS:
                from ovmr_index.db.pools_read import pools_not_fresh

                read = PoolsRead(*data)
                self.pools = pools_not_fresh(read, self._request.query, self._request.values)
            elif kind == query_process.COLUMNS:
                return tuple(data)
        raise self._ended()

    def rows(self) -> Generator["Row"]:
        """Yield the rows."""
        for kind, data in self._frames():
            if kind == query_process.END:
                return
            yield from data

    def _frames(self) -> Iterator[tuple[bytes, Any]]:
        while True:
            kind, length = query_process.HEADER.unpack(self._read(query_process.HEADER.size))
            data = marshal.loads(self._read(length))
            if kind == query_process.ERROR:
                raise self._explained(Failure(*data))
            yield kind, data

    def _write(self, file: int, content: bytes) -> None:
        """Write all; the process reads it before it does anything else."""
        try:
            while content:
                content = content[os.write(file, content) :]
        except BrokenPipeError:
            raise self._ended() from None

    def _read(self, count: int) -> bytes:
        """Read so many bytes, if they come in time; Ctrl-C is heard meanwhile."""
        parts = []
        while count:
            left = self._request.end - time.monotonic()
            if left <= 0:
                raise self._late()
            ready = dict(self._poll.poll(math.ceil(1000 * min(left, _LONGEST_WAIT))))
            if self._stop in ready:
                raise OvmrIndexError("the query was stopped")
            if ready:
                part = os.read(self._file, min(count, _PIECE_BYTES))
                if not part:
                    raise self._ended()
                parts.append(part)
                count -= len(part)
        return b"".join(parts)

    def _late(self) -> OvmrIndexError:
        if self._opening:
            return self._locked("database is locked")
        return too_long(self._seconds)

    def _ended(self) -> OvmrIndexError:
        """Return the error for a process that ended without a word."""
        code = self._process.wait()
        if time.monotonic() >= self._request.end or code == -signal.SIGALRM:
            return self._late()
        return OvmrIndexError(
            f"the process of the query was ended early ({code}), perhaps for lack of memory;"
            " narrow the query"
        )

    def _locked(self, problem: str) -> OvmrIndexError:
        waited = self._seconds - (self._request.end - time.monotonic())
        return locked(self._path, problem, waited)

    def _explained(self, failure: Failure) -> OvmrIndexError:
        """Return what went wrong in one line."""
        kind, code, message = failure
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return self._locked(message)
        if kind in query_process.KINDS:
            return self._failed(kind, message)
        if sqlite_errors.has_remedy(code):
            said = sqlite_errors.with_remedy(message, code, reading=True)
            return OvmrIndexError(f"{self._path}: {said}")
        if message == sqlite_errors.NOT_JSON:
            return not_json(self._path, message, self._request.query)
        if message.startswith(_UNKNOWN):
            from ovmr_index.db.query_hints import hint

            if known := hint(message, self._request.query, self._request.address):
                return UsageError(known)
        return in_query(f"{one_line(message)}{_remedy(kind, message)}", self._request.query)

    def _failed(self, kind: str, message: str) -> OvmrIndexError:
        """Return the error of a failure that is not the driver's."""
        size = self._request.memory_bytes >> 20
        usage = {
            query_process.MISSING: f"the query asks for :{message}; give {parameter(message)}",
            query_process.EMPTY: "the query is empty; give a SELECT",
            query_process.WIDE: f"a row has at most {ROW_BYTES >> 20} MiB here; select less of it",
            query_process.NOT_UTF8: "the query or a value is not UTF-8 text",
        }
        if kind == query_process.REFUSED:
            return not_only_select(self._request.query)
        if kind in usage:
            return UsageError(usage[kind])
        if kind == query_process.MEMORY:
            more = option("memory_mib", flag="--memory")
            return OvmrIndexError(
                f"the query took more than {size} MiB of memory; narrow it or give {more}"
            )
        return OvmrIndexError(
            f"{self._path}: {one_line(message)}; select it as CAST(... AS BLOB); where the index"
            f" holds it so, {sqlite_errors.DAMAGED}"
        )


def _remedy(kind: str, message: str) -> str:
    if kind == "ProgrammingError":
        several = "one statement at a time" in message
        return "; leave out all but one" if several else "; give its values by name, as :k"
    if kind == "DataError":
        return f"; a value has at most {VALUE_BYTES >> 20} MiB here"
    return ""
