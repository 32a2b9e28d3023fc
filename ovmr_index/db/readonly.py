"""Ad-hoc SQL that can only read.

The second way to open an index beside `engine`: the authorizer, the limits and the progress handler
of an unknown query belong to one bare connection, which must not serve anything else. `mode=ro`
alone would still allow ATTACH of a new file and VACUUM INTO (https://sqlite.org/c3ref/open.html,
https://sqlite.org/c3ref/set_authorizer.html).
"""

import sqlite3
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ovmr_index.db import sqlite_errors
from ovmr_index.db.bulk import Row
from ovmr_index.db.engine import CACHE_KIB, LOCK_SECONDS
from ovmr_index.errors import OvmrIndexError, UsageError

VALUE_BYTES = 64 * 1024 * 1024
STEPS_BETWEEN_LOOKS = 10_000  # at the clock: about a millisecond
SHOWN_CHARACTERS = 200
LARGEST_INTEGER = 2**63 - 1

ALLOWED_ACTIONS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
# Some need a build of SQLite with its shell's or its loadable functions.
FORBIDDEN_FUNCTIONS = {
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
USE_OF_JSON_TABLES = "SELECT 1 FROM json_each('[]'), json_tree('[]')"

Value = int | float | str


@dataclass(frozen=True)
class QueryResult:
    """The answer to a query: the names of its columns, and its rows one by one, once."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def run_query(
    path: Path, query: str, params: Mapping[str, Value], *, seconds: float = 60.0
) -> Iterator[QueryResult]:
    """Run one SELECT (or EXPLAIN of one) on the index at `path`; its rows end with the block.

    Rows stream in bounded memory. `:name` in the query takes the value of `name` in `params`. The
    time counts until the last row is taken, since others cannot write meanwhile.

    Raises UsageError for a query that is wrong or would do more than read, and OvmrIndexError for
    one that takes longer than `seconds` or a file that cannot be read; both also while the rows
    are taken.
    """
    job = _Job(path, query, seconds)
    with closing(job.connect()) as connection:
        with job.explained_errors():
            job.prepare(connection)
            cursor = connection.execute(query, _Values(params))
        if cursor.description is None:
            raise UsageError("the query is empty; give a SELECT")
        columns = tuple(column[0] for column in cursor.description)
        with closing(job.rows(cursor)) as rows:
            yield QueryResult(columns, rows)


class _Values(dict[str, Value]):
    """Values by name; asked for one that is not there, or too large, it says so."""

    def __getitem__(self, name: str) -> Value:
        value = super().__getitem__(name)
        if isinstance(value, int) and not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
            raise UsageError(f"-p {name}=: an integer has at most 64 bits here; give a smaller one")
        return value

    def __missing__(self, name: str) -> Value:
        raise UsageError(f"the query asks for :{name}; give -p {name}=...")


class _Job:
    """One query on its way: when it must end, and what it was refused."""

    def __init__(self, path: Path, query: str, seconds: float) -> None:
        self._path, self._query, self._seconds = path, query, seconds
        self._end = time.monotonic() + seconds
        self._refused = False

    def connect(self) -> sqlite3.Connection:
        """Open the file so that nothing is written to it; others' writes are waited for."""
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        patience = max(0.0, min(self._seconds, LOCK_SECONDS))
        with self.explained_errors():
            return sqlite3.connect(address, uri=True, isolation_level=None, timeout=patience)

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Let the connection do nothing but SELECT, within limits of time and memory."""
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute(USE_OF_JSON_TABLES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
        connection.set_authorizer(self._authorize)
        connection.set_progress_handler(self._is_late, STEPS_BETWEEN_LOOKS)

    def rows(self, cursor: sqlite3.Cursor) -> Generator[Row]:
        """Yield the rows of an open query."""
        with self.explained_errors():
            yield from cursor

    @contextmanager
    def explained_errors(self) -> Iterator[None]:
        """Turn the driver's errors into those of the index, in one line."""
        try:
            yield
        except UnicodeEncodeError:
            raise UsageError("the query or a value of -p is not UTF-8 text") from None
        except sqlite3.Error as error:
            raise self._explained(error) from None

    def _authorize(self, action: int, _: str | None, function: str | None, *__: str | None) -> int:
        is_function = action == sqlite3.SQLITE_FUNCTION
        forbidden = is_function and (function or "").lower() in FORBIDDEN_FUNCTIONS
        if action in ALLOWED_ACTIONS and not forbidden:
            return sqlite3.SQLITE_OK
        self._refused = True
        return sqlite3.SQLITE_DENY

    def _is_late(self) -> bool:
        return time.monotonic() > self._end

    def _explained(self, error: sqlite3.Error) -> OvmrIndexError:
        if self._refused:
            return UsageError(f"only SELECT is allowed: the index is read-only here; {self._where}")
        if sqlite_errors.code_of(error) == sqlite3.SQLITE_INTERRUPT:
            if not self._is_late():
                raise KeyboardInterrupt  # which the driver swallows in a progress handler
            took = f"the query took longer than {self._seconds:g} s"
            return OvmrIndexError(f"{took}; narrow it or give --seconds")
        if sqlite_errors.is_known(error):
            return OvmrIndexError(f"{self._path}: {sqlite_errors.describe(error, reading=True)}")
        return UsageError(f"{_one_line(str(error))}{_remedy(error)}; {self._where}")

    @property
    def _where(self) -> str:
        return f"in the query: {_one_line(self._query)}"


def _remedy(error: sqlite3.Error) -> str:
    if isinstance(error, sqlite3.ProgrammingError):
        return "; give one statement, with its values by name, as :k"
    if str(error).startswith("no such table"):
        return (
            "; `ovmr-index sql \"SELECT name FROM sqlite_schema WHERE type = 'view'\"`"
            " lists the views"
        )
    if isinstance(error, sqlite3.DataError):
        return f"; a value has at most {VALUE_BYTES >> 20} MiB here"
    return ""


def _one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}..."
