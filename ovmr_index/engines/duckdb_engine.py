"""DuckDB, in this process and on all its cores."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index.engines.driver import Columns, EngineConnection, Row, Values
from ovmr_index.engines.packages import installed
from ovmr_index.errors import OvmrIndexError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FETCHED = 10_000  # rows at a time
_GROUP_ROWS = 262_144


class DuckDBConnection(EngineConnection):
    """A connection of DuckDB with the tables of an index."""

    engine = "duckdb"

    def __init__(self, duckdb: DuckDBPyConnection, prefix: str) -> None:
        """Take a connection, and what the names of tables begin with there."""
        super().__init__(prefix)
        self.duckdb = duckdb
        self._kinds: dict[str, str] = {}  # of what is there: to ask DuckDB for it takes a while

    def run(self, statement: str, values: Values) -> tuple[Sequence[str], Iterator[Row]]:
        """Run a SELECT; its rows are read as they are asked for."""
        cursor = self.duckdb.cursor()
        cursor.execute(statement, values)
        return [column[0] for column in cursor.description or ()], _rows(cursor)

    def change(self, tree: Any, values: Values) -> None:
        """Do what a statement says; a view is dropped as a table is."""
        from sqlglot import exp

        if isinstance(tree, exp.Drop):
            self._drop(next(tree.find_all(exp.Table)).name)
            return
        if isinstance(tree, exp.Create):
            tree = tree.copy()
            tree.set("properties", None)  # cursors see no temporary table of each other
        self.duckdb.execute(self.words(tree), values)
        if isinstance(tree, exp.Create):
            self._kinds[next(tree.find_all(exp.Table)).name] = "TABLE"

    def put(self, tree: Any, rows: Sequence[Values]) -> None:
        """Put rows into a table, by the column."""
        from sqlglot import exp

        values = tree.find(exp.Values).expressions[0].expressions
        columns = {value.name: [row[value.name] for row in rows] for value in values}
        unnested = exp.select(*(exp.Unnest(expressions=[value.copy()]) for value in values))
        self.change(exp.Insert(this=tree.this.copy(), expression=unnested), columns)

    def read(self, name: str, files: Sequence[Path], columns: Columns) -> None:
        """Make a view of the rows of Parquet files."""
        self._drop(f"{self.prefix}{name}")
        found = self.duckdb.read_parquet([*map(str, files)], hive_partitioning=False)
        found.create_view(f"{self.prefix}{name}")
        self._kinds[f"{self.prefix}{name}"] = "VIEW"

    def write(self, statement: str, values: Values, folder: Path) -> None:
        """Write what a SELECT finds to a file."""
        folder.mkdir(parents=True)
        found = self.duckdb.sql(statement, params={**values})
        file = str(folder / "part-00000.parquet")
        found.write_parquet(file, compression="zstd", row_group_size=_GROUP_ROWS)

    def _drop(self, name: str) -> None:
        if (kind := self._kinds.pop(name, None)) is not None:
            self.duckdb.execute(f'DROP {kind} "{name}"')


def _rows(cursor: DuckDBPyConnection) -> Iterator[Row]:
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows


@contextmanager
def duckdb_session() -> Iterator[DuckDBPyConnection]:
    """Open a DuckDB in memory, which puts what does not fit there into the system's folder."""
    with installed("duckdb", "duckdb"):
        import duckdb
    with (
        tempfile.TemporaryDirectory(prefix="ovmr-index-duckdb-") as folder,
        duckdb.connect(
            config={"temp_directory": folder, "autoinstall_known_extensions": False}
        ) as connection,
    ):
        yield connection


@contextmanager
def duckdb_errors() -> Iterator[None]:
    """Raise what DuckDB reports as an OvmrIndexError of one line."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise OvmrIndexError(f"DuckDB: {said}; look at the files and the space") from None
