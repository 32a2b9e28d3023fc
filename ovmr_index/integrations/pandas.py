"""Frames of pandas, of any view or query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.db.query_result import QueryResult
from ovmr_index.integrations.packages import extra
from ovmr_index.integrations.query_columns import Column, Kind, answer_columns, query_columns

if TYPE_CHECKING:
    import pandas

    from ovmr_index.index.index import Index

    Pack = Callable[[Sequence[Any], Kind], pandas.Series]

_TYPES = {
    Kind.EMPTY: "object",
    Kind.INTEGER: "Int64",
    Kind.REAL: "Float64",
    Kind.TEXT: "string",
    Kind.BLOB: "object",
}


def frame(
    index: Index,
    query: str,
    params: Mapping[str, int | float | str] | None = None,
    *,
    seconds: float = SECONDS,
    memory_mib: int = MEMORY_MIB,
) -> pandas.DataFrame:
    """Return the rows of a query as a frame.

    Columns are `Int64`, `Float64` or `string`, which keep nulls as `pandas.NA`; those of bytes, or
    of nulls alone, are `object`.

    Args:
        index: The index.
        query: The name of a view, or one SELECT.
        params: The values of `:name` in the query.
        seconds: How long the query may take.
        memory_mib: How much memory its process may take, in MiB; the frame is apart from that.

    Raises:
        UsageError: Two columns have one name, or a column has values of different types.
        OvmrIndexError: pandas cannot be imported, or the query is wrong, takes too long or too
            much, or would write.
    """
    pack = _packing()
    return _joined(query_columns(index, query, params, pack, seconds, memory_mib), pack)


def answer_frame(answer: QueryResult) -> pandas.DataFrame:
    """Return the rows that are left of an answer of `index.sql`, as `frame` does."""
    pack = _packing()
    return _joined(answer_columns(answer, pack), pack)


def records_frame(records: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """Return a frame of records that have the same names, with types as those of `frame`.

    Raises:
        OvmrIndexError: pandas cannot be imported.
    """
    pack = _packing()
    rows = list(records)
    names = tuple(rows[0]) if rows else ()
    values = (tuple(row[name] for name in names) for row in rows)
    return _joined(answer_columns(QueryResult(names, iter(values), {}), pack), pack)


def _packing() -> Pack:
    """Return what makes a series of values; raises OvmrIndexError where pandas is missing."""
    with extra("pandas"):
        import pandas

    def pack(values: Sequence[Any], kind: Kind) -> pandas.Series:
        return pandas.Series(values, dtype=_TYPES[kind])

    return pack


def _joined(columns: Mapping[str, Column[pandas.Series]], pack: Pack) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(
        {
            name: pandas.concat(
                [pack([], column.kind), *(one.astype(_TYPES[column.kind]) for one in column.parts)],
                ignore_index=True,
            )
            for name, column in columns.items()
        }
    )
