"""Ad-hoc SQL on a server: in a transaction that reads, with a time of its own, some rows at a time.

The server ends the query on time, and keeps its rows until they are fetched. Where it lets us, the
role is one that may do nothing but read. See `readonly` for a query of a file.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ovmr_index.db.driver import LOCK_SECONDS
from ovmr_index.db.location import Server
from ovmr_index.db.pools_read import pools_not_fresh
from ovmr_index.db.postgresql_driver import VERSIONS, connect, driver_package
from ovmr_index.db.postgresql_names import relations_of_pools
from ovmr_index.db.postgresql_query_errors import explained
from ovmr_index.db.postgresql_query_text import ServerQuery, is_empty, server_query
from ovmr_index.db.postgresql_values import register
from ovmr_index.db.query_process import ROW_BYTES, VALUE_BYTES, PoolsRead, Value
from ovmr_index.db.query_result import QueryResult, not_only_select, too_long
from ovmr_index.db.revision import require_head
from ovmr_index.db.server_stop import stopped_by
from ovmr_index.errors import OvmrIndexError, UsageError

if TYPE_CHECKING:
    import psycopg

    from ovmr_index.db.pools_state import PoolsState
    from ovmr_index.db.query_stop import QueryStop
    from ovmr_index.db.rows import Row

_READER = "pg_read_all_data"  # may read, and nothing else; of PostgreSQL 14 and newer
_MAY_BECOME = f"SELECT pg_has_role('{_READER}', CASE WHEN %s THEN 'SET' ELSE 'MEMBER' END)"
_HAS_SET = 160_000  # the version from which the right to become a role is one of its own
_FIRST_ROWS, _MOST_ROWS = 64, 4_096
_BATCH_BYTES = 1024 * 1024
_COLLATIONS = """
SELECT name, generations FROM vocabularies
LEFT JOIN collations ON collations.vocabulary_pk = vocabularies.pk ORDER BY name
"""
_GENERATIONS = "SELECT name, generation FROM sources ORDER BY name"
# The views that read pools, as `pools_read` has them.
_CALLED = {"pool_entries": "", "exemplars": "vocabulary_exemplars"}


@contextmanager
def run_server_query(
    server: Server,
    query: str,
    values: Mapping[str, Value],
    *,
    seconds: float,
    stop: QueryStop | None,
) -> Iterator[QueryResult]:
    """Run one SELECT (or EXPLAIN of one) on a server, as `readonly.run_query` does."""
    end = time.monotonic() + seconds
    if is_empty(query):
        raise UsageError("the query is empty; give a SELECT")
    asked = server_query(query, values)
    if asked is None:
        raise not_only_select(query)
    with (
        closing(connect(server, seconds=min(seconds, LOCK_SECONDS))) as opened,
        stopped_by(stop, opened) as is_stopped,
    ):
        given = _Given(server, query, asked, values, seconds, end)
        answer = _Answer(given, opened, is_stopped)
        with closing(answer):
            columns = answer.columns()
            with closing(answer.rows()) as rows:
                yield QueryResult(columns, rows, answer.pools)


class _Given(NamedTuple):
    """What is asked where: the query as it was given and as it is sent, until when it may run."""

    server: Server
    query: str
    asked: ServerQuery
    values: Mapping[str, Value]
    seconds: float
    end: float


class _Answer:
    """What a server answers, and the errors that it becomes here."""

    def __init__(
        self, given: _Given, opened: psycopg.Connection[Row], is_stopped: Callable[[], bool]
    ) -> None:
        self._given, self._opened, self._is_stopped = given, opened, is_stopped
        register(opened)
        self._cursor: psycopg.Cursor[Row] | psycopg.ServerCursor[Row] | None = None
        self.pools: dict[str, PoolsState] = {}

    def close(self) -> None:
        """Let go of the rows that were not fetched, unless the connection is gone.

        What stops a query may come so late that it stops the end of its cursor. Then the server has
        let go of it, and the second time it is closed here alone.
        """
        if self._cursor is not None:
            for _ in range(2):
                with suppress(driver_package().Error):
                    self._cursor.close()

    def columns(self) -> tuple[str, ...]:
        """Run the query, and return the names of its columns."""
        with self._errors():
            self._begin()
            self._cursor = self._opened.cursor() if self._given.asked.explains else self._declared()
            self._limit()
            options = {"prepare": True} if self._given.asked.explains else {}
            self._cursor.execute(self._given.asked.text.encode(), {**self._given.values}, **options)
            return tuple(column.name for column in self._cursor.description or ())

    def rows(self) -> Generator[Row]:
        """Yield the rows."""
        count = _FIRST_ROWS
        while rows := self._fetched(count):
            largest = max(map(_size, rows))
            count = max(2, min(2 * count, _MOST_ROWS, _BATCH_BYTES // (largest + 1)))
            yield from rows

    def _fetched(self, count: int) -> list[Row]:
        assert self._cursor is not None
        with self._errors():
            self._limit()
            return [tuple(map(_plain, row)) for row in self._cursor.fetchmany(count)]

    def _declared(self) -> psycopg.ServerCursor[Row]:
        return self._opened.cursor("ovmr_query")

    def _begin(self) -> None:
        """Begin to read one state of the index, in the role that can do least."""
        psycopg, opened = driver_package(), self._opened
        opened.read_only = True
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._limit()
        versions = [version for (version,) in opened.execute(VERSIONS.encode())]
        require_head(str(self._given.server), " and ".join(versions) or None)
        self._read_pools()
        has_set = opened.info.server_version >= _HAS_SET
        (may_become,) = opened.execute(_MAY_BECOME.encode(), [has_set]).fetchone() or (False,)
        if may_become:
            opened.execute(f"SET LOCAL ROLE {_READER}".encode())

    def _read_pools(self) -> None:
        """Find which pools the query reads that are not fresh, as far as that can be read."""
        views = [one for one in relations_of_pools(self._opened) if one in self._given.asked.words]
        if not views:
            return
        errors = driver_package().errors
        try:
            with self._opened.transaction():  # an error ends a transaction that is not nested
                collations, generations = (
                    [*self._opened.execute(query.encode())] for query in (_COLLATIONS, _GENERATIONS)
                )
        except (errors.UndefinedColumn, errors.UndefinedTable):
            return
        read = PoolsRead(
            sorted({_CALLED.get(one, one) for one in views}),
            [(name.encode(), made and made.encode()) for name, made in collations],
            [(name.encode(), number) for name, number in generations],
        )
        self.pools = pools_not_fresh(read, self._given.query, self._given.values)

    def _limit(self) -> None:
        """Give the next statement the time that is left."""
        left = self._given.end - time.monotonic()
        if self._is_stopped():
            raise OvmrIndexError("the query was stopped")
        if left <= 0:
            raise too_long(self._given.seconds)
        milliseconds = max(1, min(round(1000 * left), 2**31 - 1))
        self._opened.execute(f"SET LOCAL statement_timeout = {milliseconds}".encode())

    @contextmanager
    def _errors(self) -> Iterator[None]:
        psycopg, problem = driver_package(), None
        try:
            yield
        except psycopg.Error as error:
            problem = error
        except UnicodeEncodeError:
            raise UsageError("the query or a value is not UTF-8 text") from None
        if problem is None:
            return
        if self._is_stopped():
            raise OvmrIndexError("the query was stopped")
        server, query, _, _, seconds, end = self._given
        waited = seconds - (end - time.monotonic())
        raise explained(server, self._opened, problem, query, seconds, waited) from None


def _size(row: Row) -> int:
    """Return the bytes of a row, of which some must not fill the memory of whoever takes it."""
    sizes = [*map(sys.getsizeof, row)]
    if max(sizes, default=0) > VALUE_BYTES:
        raise UsageError(f"a value has at most {VALUE_BYTES >> 20} MiB here; select less of it")
    if sum(sizes) > ROW_BYTES:
        raise UsageError(f"a row has at most {ROW_BYTES >> 20} MiB here; select less of it")
    return sum(sizes)


def _plain(value: Any) -> Value:
    """Return a value as SQLite would have it: a truth is 1 or 0, what SQLite has not is a text."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, default=str)
    return str(value)
