"""Spark, on the session that it is given.

Spark has no temporary tables: each is a view of rows that are kept, and what changes a table
makes another view in its place.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index.engines.driver import Columns, EngineConnection, Row, Values
from ovmr_index.engines.packages import installed
from ovmr_index.errors import OvmrIndexError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Spark 4 makes an invalid plan by it of a table that is joined with itself by way of a CTE.
_RULE = "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases"
_EXCLUDED = "spark.sql.optimizer.excludedRules"
# What the size of a packed file is taken times: in memory a row has 8 bytes for each column, some
# six times what zstd leaves of those of boxes, and a table to look up in has more.
_UNPACKED, _TIMES_UNPACKED = "spark.sql.sources.fileCompressionFactor", 10.0
_TYPES = {"int64": "BIGINT", "double": "DOUBLE", "string": "STRING"}
_JAVA = (
    "Spark needs Java 17 or newer, and there is no `java`; run `apt-get install"
    " openjdk-17-jre-headless`, or set JAVA_HOME to the folder of one"
)


class SparkConnection(EngineConnection):
    """A session of Spark with the tables of an index."""

    engine = "spark"

    def __init__(self, spark: SparkSession, prefix: str) -> None:
        """Take a session, and what the names of tables begin with there."""
        super().__init__(prefix)
        self.spark = spark
        self._keys: dict[str, list[str]] = {}

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
            self._create(name, tree)
        elif isinstance(tree, exp.Insert):
            query = tree.expression.copy()
            query.set("with_", tree.args.get("with_"))  # it is before INSERT in PostgreSQL
            found = self.select(self.words(query), values)
            once = self._keys[name] if tree.args.get("conflict") else []
            self._append(name, [one.name for one in tree.this.expressions], found, once)
        elif isinstance(tree, exp.Delete):
            goes = exp.func("COALESCE", tree.args["where"].this.copy(), exp.false())
            left = exp.select("*").from_(tree.this.copy()).where(exp.not_(goes))
            self._keep(name, self.select(self.words(left), values).localCheckpoint())
        elif isinstance(tree, exp.Drop):
            self.spark.catalog.dropTempView(name)
        else:
            raise NotImplementedError(tree.sql())

    def put(self, tree: Any, rows: Sequence[Values]) -> None:
        """Put rows into a table: Arrow's, for which Spark starts no Python on its workers."""
        with installed("spark", "pyarrow"):
            import pyarrow as pa
        from pyspark.sql.pandas.types import to_arrow_schema
        from pyspark.sql.types import StructType
        from sqlglot import exp

        name = tree.find(exp.Table).name
        columns = [one.name for one in tree.this.expressions]
        keys = [value.name for value in tree.find(exp.Values).expressions[0].expressions]
        types = {field.name: field for field in self.spark.table(name).schema}
        schema = to_arrow_schema(StructType([types[column] for column in columns]))
        found = [[row[key] for row in rows] for key in keys]
        self._append(name, columns, self.spark.createDataFrame(pa.table(found, schema)))

    def read(self, name: str, files: Sequence[Path], columns: Columns) -> None:
        """Make a view of the rows of Parquet files, whose columns are not looked up in them."""
        schema = ", ".join(f"`{column}` {_TYPES[kind]}" for column, kind in columns.items())
        found = self.spark.read.schema(schema).parquet(
            *(file.absolute().as_uri() for file in files)
        )
        self._keep(f"{self.prefix}{name}", found)

    def write(self, statement: str, values: Values, folder: Path) -> None:
        """Write what a SELECT finds to files, as many as Spark makes of it."""
        found = self.select(statement, values)
        found.write.option("compression", "zstd").parquet(folder.absolute().as_uri())

    def _create(self, name: str, tree: Any) -> None:
        from sqlglot import exp

        parts = tree.this.expressions
        columns = [one for one in parts if isinstance(one, exp.ColumnDef)]
        nulls = {one.name: exp.Cast(this=exp.null(), to=one.args["kind"]) for one in columns}
        nothing = exp.select(*(exp.alias_(nulls[one], one, quoted=True) for one in nulls))
        keys = (one for one in parts if isinstance(one, exp.PrimaryKey))
        self._keys[name] = [column.name for one in keys for column in one.expressions]
        self._keep(name, self.select(self.words(nothing.where(exp.false())), {}))

    def _append(
        self, name: str, columns: Sequence[str], found: DataFrame, once: Sequence[str] = ()
    ) -> None:
        there = self.spark.table(name)
        found = found.toDF(*columns).to(there.schema)
        if once:
            found = found.dropDuplicates([*once])
        self._keep(name, there.unionByName(found.localCheckpoint()))

    def _keep(self, name: str, rows: DataFrame) -> None:
        rows.createOrReplaceTempView(name)


@contextmanager
def planned(spark: SparkSession) -> Iterator[None]:
    """Have Spark plan statements in the block as our tables need it.

    That is without the rule that it goes wrong by, and with the size that rows have in memory:
    Spark takes rows to be as large as their packed file, and sends millions to each worker.
    """
    excluded = spark.conf.get(_EXCLUDED, None)
    changed = {
        _EXCLUDED: _RULE if not excluded else f"{excluded},{_RULE}",
        _UNPACKED: str(max(_TIMES_UNPACKED, float(spark.conf.get(_UNPACKED, "1")))),
    }
    before = {key: spark.conf.get(key, None) for key in changed}
    try:
        for key, value in changed.items():
            spark.conf.set(key, value)
        yield
    finally:
        for key, value in before.items():
            if value is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, value)


@contextmanager
def spark_session(master: str | None) -> Iterator[SparkSession]:
    """Start a session, on all cores of this machine where no master is named; stop it at the end.

    One that runs in this process is taken, and not stopped.

    Raises:
        OvmrIndexError: pyspark or Java is not there, or Spark does not start.
    """
    with installed("spark", "pyspark"):
        from pyspark.sql import SparkSession
    if (running := SparkSession.getActiveSession()) is not None:
        yield running
        return
    _require_java(master)
    builder = SparkSession.builder.appName("ovmr-index")
    if master is not None and master.startswith("sc://"):
        builder = builder.remote(master)
    else:
        builder = builder.master(master or "local[*]").config("spark.log.level", "ERROR")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
    with spark_errors():
        spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


def _require_java(master: str | None) -> None:
    if master is not None and master.startswith("sc://"):
        return  # another machine's
    home = os.environ.get("JAVA_HOME")
    if Path(home, "bin", "java").is_file() if home else shutil.which("java"):
        return
    raise OvmrIndexError(_JAVA)


@contextmanager
def spark_errors() -> Iterator[None]:
    """Raise what Spark reports as an OvmrIndexError of one line."""
    from pyspark.errors import PySparkException

    of_java: type[Exception] = import_module("py4j.protocol").Py4JError
    try:
        yield
    except (PySparkException, of_java) as error:
        raise OvmrIndexError(f"Spark: {_reason(error)}; see Spark's own log") from None


def _reason(error: Exception) -> str:
    """Return what Spark says, in a line: what Java threw rather than where it was called."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    thrown = (line.removeprefix(":").strip() for line in said if line.startswith(":"))
    return next(thrown, said[0] if said else "no reason given")
