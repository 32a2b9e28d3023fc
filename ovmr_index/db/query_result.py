"""The answer to a query, and what messages say of the query."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ovmr_index.errors import OvmrIndexError, UsageError, command, option

if TYPE_CHECKING:
    from ovmr_index.db.bulk import Row
    from ovmr_index.db.pools_state import PoolsState

SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class QueryResult:
    """The answer to a query: the names of its columns, and its rows one by one, once.

    `pools` has the vocabularies whose pools the query reads and which are not what the sources give
    now, each with its `PoolsState`.
    """

    columns: tuple[str, ...]
    rows: Iterator["Row"]
    pools: Mapping[str, "PoolsState"]


def one_line(text: str) -> str:
    """Return a text as a part of a message."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}..."


def in_query(problem: str, query: str) -> UsageError:
    """Return the error of a query that is wrong."""
    return UsageError(f"{problem}; in the query: {one_line(query)}")


def not_only_select(query: str) -> UsageError:
    """Return the error of a query that would do more than read."""
    return in_query("only SELECT is allowed: the index is read-only here", query)


def not_json(index: object, problem: str, query: str) -> OvmrIndexError:
    """Return the error of a query that takes a text for JSON which is none."""
    knows = f"{command('db check')} says whether the index holds it so"
    return OvmrIndexError(f"{index}: {problem}; {knows}; in the query: {one_line(query)}")


def too_long(seconds: float) -> OvmrIndexError:
    """Return the error of a query that took longer than it may."""
    took = f"the query took longer than {seconds:g} s"
    return OvmrIndexError(f"{took}; narrow it or give {option('seconds')}")


def locked(index: object, problem: str, waited: float) -> OvmrIndexError:
    """Return the error of a query that another process did not let begin."""
    return OvmrIndexError(
        f"{index}: {problem}; another process is writing to it, and did not end in the"
        f" {waited:.1f} s that the query waited; try again when it has ended"
    )
