"""DuckDB, in this process and on all its cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ovmr_index.engines.driver import EngineConnection, Row, Values

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FETCHED = 10_000  # rows at a time


class DuckDBConnection(EngineConnection):
    """A connection of DuckDB with the tables of an index."""

    engine = "duckdb"

    def __init__(self, duckdb: DuckDBPyConnection, prefix: str) -> None:
        """Take a connection, and what the names of tables begin with there."""
        super().__init__(prefix)
        self.duckdb = duckdb

    def run(self, statement: str, values: Values) -> tuple[Sequence[str], Iterator[Row]]:
        """Run a SELECT; its rows are read as they are asked for."""
        cursor = self.duckdb.cursor()
        cursor.execute(statement, values)
        return [column[0] for column in cursor.description or ()], _rows(cursor)

    def change(self, tree: Any, values: Values) -> None:
        """Do what a statement says."""
        self.duckdb.execute(self.words(tree), values)

    def put(self, tree: Any, rows: Sequence[Values]) -> None:
        """Put rows into a table, by the column."""
        from sqlglot import exp

        values = tree.find(exp.Values).expressions[0].expressions
        columns = {value.name: [row[value.name] for row in rows] for value in values}
        unnested = exp.select(*(exp.Unnest(expressions=[value.copy()]) for value in values))
        self.change(exp.Insert(this=tree.this.copy(), expression=unnested), columns)

    def has_table(self, name: str) -> bool:
        """Return whether there is a table or view of this name."""
        query = "SELECT 1 FROM information_schema.tables WHERE table_name = ?"
        return self.duckdb.execute(query, [f"{self.prefix}{name}"]).fetchone() is not None


def _rows(cursor: DuckDBPyConnection) -> Iterator[Row]:
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows
