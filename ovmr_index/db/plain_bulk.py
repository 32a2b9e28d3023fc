"""Rows in bulk on an engine that has no way of its own: as SQLAlchemy reads and writes them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table, insert

from ovmr_index.db.rows import Row, Same


def insert_columns(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    columns: Sequence[Sequence[Any] | Same],
) -> None:
    """Insert rows that are given by the column."""
    values = [[one.value] * len(columns[0]) if isinstance(one, Same) else one for one in columns]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    connection.execute(insert(table), rows)


def stream_rows(connection: Connection, query: Executable) -> Iterator[Row]:
    """Yield the rows of a query; what is true or false is 1 or 0."""
    for row in connection.execute(query):
        yield tuple(int(value) if isinstance(value, bool) else value for value in row)
