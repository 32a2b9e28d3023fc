"""One index in use: its file, the root of its datasets, its one engine, how progress is shown.

SQLAlchemy is imported by what uses the engine: to open an index takes a tenth of that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.errors import SchemaError, UsageError, command, option
from ovmr_index.progress import Progress, silent
from ovmr_index.storage.remote.path import RemotePath

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_MOST_READERS = 4  # each with a cache of pages of its own
_URL = re.compile(r"([a-z][a-z0-9+.-]+:)/")


def _refuse_url(path: Path) -> None:
    """Raise UsageError for a URL, which is no path: it would name a file in a folder `sqlite:`."""
    found = _URL.match(str(path))
    if found is not None and not Path(found[1]).is_dir():
        # No more of it is shown: there may be a password in it, wherever that is.
        raise UsageError(f"{option('db')} {found[1]}//… looks like a URL; give the path of a file")


class Session:
    """What every part of `Index` stands on: it opens the file, and nothing else does.

    Each connection is closed after its use, so that another process may replace or upgrade the
    file in between.
    """

    def __init__(
        self, root: Path, path: Path, progress: Progress = silent, *, dry_run: bool = False
    ) -> None:
        """Take the root of the datasets and the path of the index; nothing is opened yet.

        Every write of a `dry_run` is rolled back. Raises UsageError for a URL.
        """
        _refuse_url(path)
        self.root, self.path, self.progress = root, path, progress
        self._dry_run = dry_run
        self._engine: Engine | None = None

    def __repr__(self) -> str:
        """Name the index and its root."""
        return f"Session(root={str(self.root)!r}, path={str(self.path)!r})"

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what another process makes itself: the engine, and what shows progress."""
        return vars(self) | {"_engine": None, "progress": silent}

    @property
    def outputs(self) -> Path:
        """The folder that exports go below: the root, or that of the index where it is remote."""
        return self.path.parent if isinstance(self.root, RemotePath) else self.root

    @property
    def exists(self) -> bool:
        """Whether there is a file at the path of the index."""
        return self.path.exists()

    @property
    def engine(self) -> Engine:
        """The engine of the index, made once; raises SchemaError where there is no file."""
        self.require_file()
        if self._engine is None:
            from ovmr_index.db.engine import open_engine, rolling_back

            engine = open_engine(self.path)
            self._engine = rolling_back(engine) if self._dry_run else engine
        return self._engine

    def require_root(self) -> None:
        """Raise UsageError for a root that is no folder, StoreError for one out of reach."""
        if isinstance(self.root, RemotePath):
            self.root.require_folder()
        elif not self.root.is_dir():
            problem = "is no folder" if self.root.exists() else "there is no such folder"
            raise UsageError(f"{self.root}: {problem}; give {option('root', metavar='DIR')}")

    def require_file(self) -> None:
        """Raise SchemaError where there is no file at the path of the index."""
        if not self.exists:
            raise SchemaError(f"{self.path}: there is no index; run {command('ingest')} first")

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

    def write(self, *, bulk: bool = False) -> AbstractContextManager[Connection]:
        """Open a transaction that takes the write lock at once; committed at the end.

        An exception rolls it back. With `bulk` foreign keys are not checked row by row.
        """
        from ovmr_index.db.engine import writing

        return writing(self.engine, bulk=bulk)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection for several transactions, which keeps its temporary tables."""
        with self.engine.connect() as connection:
            yield connection

    def rolling_back(self) -> Session:
        """Return a session on the same file whose writes are all rolled back: for a dry run."""
        return Session(self.root, self.path, self.progress, dry_run=True)

    def close(self) -> None:
        """Let go of the engine; it is made again when it is needed."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
