"""The answer to a query by the column, each of one type: what data frames are made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ovmr_index.errors import UsageError
from ovmr_index.processes import batches

if TYPE_CHECKING:
    from ovmr_index.db.query_result import QueryResult
    from ovmr_index.index.index import Index

_ROWS = 65_536  # that are kept as they come, before they become columns
_NAME = re.compile(r"\s*[A-Za-z_]\w*\s*", re.ASCII)

Series = TypeVar("Series")


class Kind(Enum):
    """What the values of a column are, beside nulls; EMPTY where there are only these."""

    EMPTY = None
    INTEGER = int
    REAL = float
    TEXT = str
    BLOB = bytes


class Column(Generic[Series]):
    """A column in parts, each made by `pack` from its values and their kind."""

    def __init__(self, name: str, pack: Callable[[Sequence[Any], Kind], Series]) -> None:
        self._name, self._pack = name, pack
        self.kind = Kind.EMPTY
        self.parts: list[Series] = []

    def add(self, values: Sequence[Any]) -> None:
        """Add values; raises UsageError for text among numbers, and the like."""
        types = {*map(type, values)} - {type(None)}
        kinds = {self.kind, *map(Kind, types)} - {Kind.EMPTY}
        if kinds == {Kind.INTEGER, Kind.REAL}:
            kinds = {Kind.REAL}
        if len(kinds) > 1:
            found = " and ".join(sorted(kind.name.lower() for kind in kinds))
            raise UsageError(
                f"column {self._name} has values of type {found}; make them one in the query, as by"
                f" CAST({self._name} AS TEXT)"
            )
        self.kind = kinds.pop() if kinds else Kind.EMPTY
        self.parts.append(self._pack(values, self.kind))


def query_columns(
    index: Index,
    query: str,
    params: Mapping[str, int | float | str] | None,
    pack: Callable[[Sequence[Any], Kind], Series],
    seconds: float,
    memory_mib: int,
) -> dict[str, Column[Series]]:
    """Return the columns of a query, or of all of a view that is named, in their order.

    `seconds` and `memory_mib` are those of `index.sql`.

    Raises:
        UsageError: Two columns have one name, or a column has values of different types.
        OvmrIndexError: As `index.sql`.
    """
    text = query
    if _NAME.fullmatch(query):
        text = f"SELECT * FROM {query}"  # noqa: S608  # a name alone
    with index.sql(text, params, seconds=seconds, memory_mib=memory_mib) as result:
        return answer_columns(result, pack)


def answer_columns(
    result: QueryResult, pack: Callable[[Sequence[Any], Kind], Series]
) -> dict[str, Column[Series]]:
    """Return the columns of the rows that are left of an answer; raises as `query_columns`."""
    columns = {name: Column(name, pack) for name in result.columns}
    if len(columns) < len(result.columns):
        twice = next(one for one in columns if result.columns.count(one) > 1)
        raise UsageError(f"two columns are called {twice}; name one of them by AS in the query")
    for rows in batches(result.rows, _ROWS):
        for column, values in zip(columns.values(), zip(*rows, strict=True), strict=True):
            column.add(values)
    return columns
