"""A driver as SQLAlchemy wants one (PEP 249), over an engine that is asked in its own words.

SQLAlchemy compiles a statement for PostgreSQL; the cursor translates it, and runs it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ovmr_index.engines.translate import EngineName, in_words_of, parsed, query_in_words_of

Values = Mapping[str, Any]
Columns = Mapping[str, str]  # types by name, as Arrow calls them
Row = tuple[Any, ...]

apilevel, threadsafety, paramstyle = "2.0", 1, "named"


class Error(Exception):
    """What the driver raises: the engines' own errors pass as they are."""


class DatabaseError(Error):
    """As PEP 249 has it."""


class EngineConnection(ABC):
    """An engine with the tables of an index, whose names begin with `prefix` there."""

    engine: EngineName

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    @abstractmethod
    def run(self, statement: str, values: Values) -> tuple[Sequence[str], Iterator[Row]]:
        """Run a SELECT in the engine's words; return the names of its columns, and its rows."""

    @abstractmethod
    def change(self, tree: Any, values: Values) -> None:
        """Do what a statement says that is no SELECT, given as a tree."""

    @abstractmethod
    def put(self, tree: Any, rows: Sequence[Values]) -> None:
        """Put rows into a table; the tree is an INSERT of the values of one."""

    @abstractmethod
    def read(self, name: str, files: Sequence[Path], columns: Columns) -> None:
        """Make a table, which nobody changes, of the rows of Parquet files."""

    @abstractmethod
    def write(self, statement: str, values: Values, folder: Path) -> None:
        """Write what a SELECT finds to Parquet files, in a folder that is new."""

    def words(self, tree: Any) -> str:
        """Return a tree as the text of a statement of the engine."""
        return in_words_of(self.engine, tree)

    def cursor(self) -> Cursor:
        """Return a cursor."""
        return Cursor(self)

    def commit(self) -> None:
        """Leave all as it is: no other connection sees the tables."""
        return

    rollback = close = commit


class Cursor:
    """What runs one statement at a time, and holds its rows."""

    arraysize, rowcount = 1_000, -1

    def __init__(self, connection: EngineConnection) -> None:
        self._connection = connection
        self._rows: Iterator[Row] = iter(())
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, statement: str, values: Values | None = None) -> None:
        """Run a statement of PostgreSQL."""
        from sqlglot import exp

        connection = self._connection
        tree = parsed(statement, connection.prefix)
        self.description, self._rows = None, iter(())
        if isinstance(tree, exp.Query):
            words = query_in_words_of(connection.engine, statement, connection.prefix)
            names, self._rows = connection.run(words, values or {})
            self.description = [(name, *[None] * 6) for name in names]
        else:
            connection.change(tree, values or {})

    def executemany(self, statement: str, rows: Sequence[Values]) -> None:
        """Put rows into a table by an INSERT of the values of one."""
        self._connection.put(parsed(statement, self._connection.prefix), rows)

    def fetchone(self) -> Row | None:
        """Return the next row, None after the last."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows."""
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return [*self._rows]

    def close(self) -> None:
        """Let go of the rows."""
        self._rows = iter(())
