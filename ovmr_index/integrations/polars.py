"""Frames of Polars, of any view or query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.integrations.packages import extra
from ovmr_index.integrations.query_columns import Kind, query_columns

if TYPE_CHECKING:
    import polars

    from ovmr_index.index.index import Index


def frame(
    index: Index,
    query: str,
    params: Mapping[str, int | float | str] | None = None,
    *,
    seconds: float = SECONDS,
    memory_mib: int = MEMORY_MIB,
) -> polars.DataFrame:
    """Return the rows of a query as a frame.

    Columns are `Int64`, `Float64`, `String` or `Binary`, or `Null` where there are only nulls.

    Args:
        index: The index.
        query: The name of a view, or one SELECT.
        params: The values of `:name` in the query.
        seconds: How long the query may take.
        memory_mib: How much memory its process may take, in MiB; the frame is apart from that.

    Raises:
        UsageError: Two columns have one name, or a column has values of different types.
        OvmrIndexError: Polars cannot be imported, or the query is wrong, takes too long or too
            much, or would write.
    """
    with extra("polars"):
        import polars
    types = {
        Kind.EMPTY: polars.Null,
        Kind.INTEGER: polars.Int64,
        Kind.REAL: polars.Float64,
        Kind.TEXT: polars.String,
        Kind.BLOB: polars.Binary,
    }

    def pack(values: Sequence[Any], kind: Kind) -> polars.Series:
        return polars.Series(values=values, dtype=types[kind])

    found = query_columns(index, query, params, pack, seconds, memory_mib)
    return polars.DataFrame(
        {
            name: polars.concat(
                [pack([], column.kind), *(one.cast(types[column.kind]) for one in column.parts)]
            )
            for name, column in found.items()
        }
    )
