"""Spark, on the session that it is given.

Spark has no temporary tables: each is a view of rows that are kept, and what changes a table
makes another view in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ovmr_index.engines.driver import EngineConnection, Row, Values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class SparkConnection(EngineConnection):
    """A session of Spark with the tables of an index."""

    engine = "spark"

    def __init__(self, spark: SparkSession, prefix: str) -> None:
        """Take a session, and what the names of tables begin with there."""
        super().__init__(prefix)
        self.spark = spark

    def run(self, statement: str, values: Values) -> tuple[Sequence[str], Iterator[Row]]:
        """Run a SELECT; its rows are read as they are asked for."""
        found = self.select(statement, values)
        return found.columns, map(tuple, found.toLocalIterator())

    def select(self, statement: str, values: Values) -> DataFrame:
        """Return what a SELECT finds."""
        return self.spark.sql(statement, args={**values})

    def change(self, tree: Any, values: Values) -> None:
        """Make, fill, thin out or drop a table."""
        from sqlglot import exp

        name = tree.find(exp.Table).name
        if isinstance(tree, exp.Create):
            columns = tree.this.expressions
            schema = ", ".join(
                f"`{one.name}` {self.words(one.kind)}"
                for one in columns
                if isinstance(one, exp.ColumnDef)
            )
            self._keep(name, self.spark.createDataFrame([], schema))
        elif isinstance(tree, exp.Insert):
            found = self.select(self.words(tree.expression), values)
            self._append(name, [one.name for one in tree.this.expressions], found)
        elif isinstance(tree, exp.Drop):
            self.spark.catalog.dropTempView(name)
        else:
            raise NotImplementedError(f"Spark does not do this: {tree.sql()}")

    def put(self, tree: Any, rows: Sequence[Values]) -> None:
        """Put rows into a table."""
        from sqlglot import exp

        name = tree.find(exp.Table).name
        columns = [one.name for one in tree.this.expressions]
        keys = [value.name for value in tree.find(exp.Values).expressions[0].expressions]
        types = {field.name: field for field in self.spark.table(name).schema}
        found = [tuple(row[key] for key in keys) for row in rows]
        schema = type(self.spark.table(name).schema)([types[column] for column in columns])
        self._append(name, columns, self.spark.createDataFrame(found, schema))

    def has_table(self, name: str) -> bool:
        """Return whether there is a view of this name."""
        return self.spark.catalog.tableExists(f"{self.prefix}{name}")

    def _append(self, name: str, columns: Sequence[str], found: DataFrame) -> None:
        there = self.spark.table(name)
        found = found.toDF(*columns).to(there.schema)
        self._keep(name, there.unionByName(found))

    def _keep(self, name: str, rows: DataFrame) -> None:
        rows.localCheckpoint().createOrReplaceTempView(name)
