"""One index in use: where it is, the root of its datasets, its one engine, how progress is shown.

SQLAlchemy is imported by what uses the engine: to open an index takes a tenth of that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.db.checked import Checked
from ovmr_index.db.location import Location, Server, located
from ovmr_index.db.revision import check_revision
from ovmr_index.errors import SchemaError, UsageError, command, option
from ovmr_index.progress import Progress, silent
from ovmr_index.storage.remote.path import DiskRoot, RemotePath

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_MOST_READERS = 4  # each with a cache of pages of its own


class Session:
    """What every part of `Index` stands on: it opens the index, and nothing else does.

    Another process may replace or upgrade the index between two uses: a connection that is kept for
    the next use is closed then, and holds no lock meanwhile.
    """

    def __init__(
        self,
        root: Path,
        location: Location | str,
        progress: Progress = silent,
        *,
        dry_run: bool = False,
    ) -> None:
        """Take the root of the datasets and where the index is; nothing is opened yet.

        Every write of a `dry_run` is rolled back. Raises UsageError for a URL of another database
        than PostgreSQL.
        """
        self.root: Path = root if isinstance(root, RemotePath) else DiskRoot(root)
        self.location, self.progress = located(location), progress
        self._dry_run = dry_run
        self._engine: Engine | None = None
        self._checked: Checked | None = None
        self._is_there = False

    def __repr__(self) -> str:
        """Name the index and its root."""
        return f"Session(root={str(self.root)!r}, index={self.name!r})"

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what another process makes itself: the engine, and what shows progress."""
        return vars(self) | {"_engine": None, "_checked": None, "progress": silent}

    @property
    def outputs(self) -> Path:
        """The folder that exports go below: the root, or that of the index where it is remote.

        Where that is in PostgreSQL, too, it is the working folder.
        """
        if not isinstance(self.root, RemotePath):
            return self.root
        return Path() if isinstance(self.location, Server) else self.location.parent

    @property
    def name(self) -> str:
        """What messages call the index: its path, or its URL without a password."""
        return str(self.location)

    @property
    def path(self) -> Path:
        """The file of the index; raises UsageError for an index in PostgreSQL, which has none."""
        if isinstance(self.location, Server):
            raise UsageError(
                f"{self.name}: is in PostgreSQL, and this takes the file of an index; copy it into"
                f" one by {command('db copy', self.name, 'FILE')}"
            )
        return self.location

    @property
    def exists(self) -> bool:
        """Whether there is an index: a file at its path, or its tables in PostgreSQL.

        Raises ServerError where the server cannot be asked.
        """
        if not isinstance(self.location, Server):
            return self.location.exists()
        if not self._is_there:
            from ovmr_index.db.postgresql_driver import look_for_index

            self._checked = look_for_index(self.location)
            self._is_there = self._checked is not None
        return self._is_there

    @property
    def engine(self) -> Engine:
        """The engine of the index, made once; raises SchemaError where there is no index."""
        self.require_index()
        if self._engine is None:
            from ovmr_index.db.engine import open_engine, rolling_back

            engine = open_engine(self.location, checked=self._checked)
            self._engine = rolling_back(engine) if self._dry_run else engine
        return self._engine

    def require_root(self) -> None:
        """Raise UsageError for a root that is no folder, StoreError for one out of reach."""
        if isinstance(self.root, RemotePath):
            self.root.require_folder()
        elif not self.root.is_dir():
            problem = "is no folder" if self.root.exists() else "there is no such folder"
            raise UsageError(f"{self.root}: {problem}; give {option('root', metavar='DIR')}")

    def require_index(self) -> None:
        """Raise SchemaError where there is no index."""
        if not self.exists:
            raise SchemaError(f"{self.name}: there is no index; run {command('ingest')} first")

    def require_revision(self) -> None:
        """Raise SchemaError unless the index has the revision that this program needs.

        What is opened for that is used by the engine.
        """
        self._checked = check_revision(self.location, self._checked)

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection that sees one state of the index from its first read to its end."""
        from ovmr_index.db.engine import reading

        return reading(self.engine)

    def read_together(self) -> AbstractContextManager[tuple[Connection, Sequence[Connection]]]:
        """Open a connection, and others for threads, one a processor, that see the same state.

        Where there can be none the connection itself is the other.
        """
        from ovmr_index.db.engine import reading_together

        return reading_together(self.engine, min(os.cpu_count() or 1, _MOST_READERS))

    def write(
        self, *, bulk: bool = False, of: str | None = None
    ) -> AbstractContextManager[Connection]:
        """Open a transaction that takes the write lock at once; committed at the end.

        An exception rolls it back.

        Args:
            bulk: Whether foreign keys are not checked row by row.
            of: What is written, as `source lvis_v1_train`. In PostgreSQL others may write
                something else meanwhile; without it, and in SQLite, nobody may.
        """
        from ovmr_index.db.engine import writing

        return writing(self.engine, bulk=bulk, of=of)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection for several transactions, which keeps its temporary tables."""
        with self.engine.connect() as connection:
            yield connection

    def rolling_back(self) -> Session:
        """Return a session on the same index whose writes are all rolled back: for a dry run."""
        return Session(self.root, self.location, self.progress, dry_run=True)

    def close(self) -> None:
        """Let go of the engine; it is made again when it is needed."""
        if self._checked is not None:
            self._checked.close()
            self._checked = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
