"""What is wrong with a query on a server, in one line, with what to type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ovmr_index.db import postgresql_errors
from ovmr_index.db.location import Server
from ovmr_index.db.postgresql_driver import driver_package
from ovmr_index.db.postgresql_names import read_names
from ovmr_index.db.query_hints import hint_among
from ovmr_index.db.query_result import (
    in_query,
    locked,
    not_json,
    not_only_select,
    one_line,
    too_long,
)
from ovmr_index.db.sqlite_errors import NOT_JSON
from ovmr_index.errors import OvmrIndexError, UsageError

if TYPE_CHECKING:
    import psycopg

    from ovmr_index.db.rows import Row

_CANCELED, _LOCKED = "57014", "55P03"
_COLUMN, _TABLE, _FUNCTION, _AMBIGUOUS = "42703", "42P01", "42883", "42702"
# A transaction that reads, a SELECT that changes rows, and INTO, which DECLARE does not take.
_WRITES = {"25006", "0A000"}
_NO_RIGHT = "42501"
# What is wrong with a statement or its values, and not with the server.
_OF_QUERY = ("21", "22", "2F", "38", "39", "42", "44", "54", "0A", "25", "P0")
_SEVERAL = "multiple commands"
_WORDS = {
    _COLUMN: (re.compile(r'column "?(?P<name>[^\s"].*?)"? does not exist'), "no such column"),
    _TABLE: (re.compile(r'relation "(?P<name>.+?)" does not exist'), "no such table"),
    _FUNCTION: (re.compile(r"function (?P<name>[^\s(]+)\("), "no such function"),
    _AMBIGUOUS: (re.compile(r'reference "(?P<name>.+?)" is ambiguous'), "ambiguous column name"),
}
_QUALIFIED = re.compile(r'[\w."]+')


def explained(
    server: Server,
    opened: psycopg.Connection[Row],
    error: psycopg.Error,
    query: str,
    seconds: float,
    waited: float,
) -> OvmrIndexError:
    """Return the error of a query that a server did not answer, in words.

    Args:
        server: Where it was asked.
        opened: The connection, whose transaction is ended.
        error: What the driver says.
        query: The query as it was given.
        seconds: How long it might take.
        waited: How long it took.
    """
    code, said = postgresql_errors.code_of(error), postgresql_errors.reason_of(error)
    if code == _CANCELED:
        return too_long(seconds)
    if code == _LOCKED:
        return locked(server, said, waited)
    if (code in _WRITES and "data-modifying" in said) or code == "25006":
        return not_only_select(query)
    if not code.startswith(_OF_QUERY) or code == _NO_RIGHT:
        return OvmrIndexError(f"{server}: {postgresql_errors.describe(error)}")
    if postgresql_errors.is_of_json(error):
        return not_json(server, NOT_JSON, query)
    return _in_query(opened, error, query)


def _in_query(opened: psycopg.Connection[Row], error: psycopg.Error, query: str) -> UsageError:
    """Return the error of a query that is wrong, with what there is instead."""
    code, said = postgresql_errors.code_of(error), postgresql_errors.reason_of(error)
    if known := _hint(opened, error, code, said, query):
        return UsageError(known)
    several = "; leave out all but one" if _SEVERAL in said else ""
    return in_query(f"{one_line(said)}{several}", query)


def _hint(
    opened: psycopg.Connection[Row], error: psycopg.Error, code: str, said: str, query: str
) -> str | None:
    """Return what there is instead of what a query names, None where that is not known."""
    problem = _as_sqlite(error, code, said, query)
    if problem is None:
        return None
    try:
        opened.rollback()
        names = read_names(opened)
    except driver_package().Error:
        return None
    if code == _FUNCTION and problem.rpartition(" ")[2] in names.functions:
        return None  # it is there, and its arguments are wrong
    return hint_among(problem, query, names)


def _as_sqlite(error: psycopg.Error, code: str, said: str, query: str) -> str | None:
    """Return what PostgreSQL says of a name in the words of SQLite."""
    if code not in _WORDS:
        return None
    pattern, words = _WORDS[code]
    if found := pattern.search(said):
        return f"{words}: {found['name']}"
    if code == _TABLE and "FROM-clause" in said:  # `a.b`, and nothing is called `a`
        called = said.partition('"')[2].partition('"')[0]
        column = re.search(rf'\b{re.escape(called)}"?\."?(\w+)', query, re.IGNORECASE)
        return f"no such column: {called}.{column[1]}" if column else None
    return None
