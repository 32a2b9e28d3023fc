"""The PostgreSQL server of the benchmark of scale, with the settings of one for large tables."""

from pathlib import Path
from types import TracebackType

import psycopg

from tests.support.postgresql import halt_server, resume_server, start_server

# PostgreSQL's defaults where tests have others, but for its memory: that of a server on 24 GiB.
SETTINGS = (
    *("fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on"),
    *("default_statistics_target=100", "io_method=worker", "jit=on"),
    *("shared_buffers=4GB", "work_mem=256MB", "maintenance_work_mem=1GB"),
    *("max_wal_size=4GB", "checkpoint_timeout=30min"),
)
_SIZE = "SELECT pg_database_size(%s)"


class ScaleServer:
    """A server whose data are kept in a folder, with a database for each number of boxes.

    It runs while the `with` lasts. It listens on a socket in the folder, whose path may have about
    100 characters.
    """

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        self._folder = folder.absolute()

    def __enter__(self) -> "ScaleServer":
        """Start the server, a new one where the folder is not there."""
        if (self._folder / "data").is_dir():
            resume_server(self._folder, *SETTINGS)
        else:
            self._folder.mkdir()
            start_server(self._folder, *SETTINGS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server; what it holds is on the disk."""
        self._do("CHECKPOINT")
        halt_server(self._folder)

    @property
    def pid(self) -> int:
        """The process that is the parent of all the others."""
        return int((self._folder / "data/postmaster.pid").read_text().split()[0])

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def has(self, name: str) -> bool:
        """Return whether there is a database of this name."""
        with psycopg.connect(self.url("postgres")) as opened:
            found = opened.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return found.fetchone() is not None

    def make(self, name: str) -> str:
        """Make an empty database, in place of one of this name, and return its URL."""
        self.drop(name)
        self._do(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def rename(self, name: str, to: str) -> None:
        """Give a database another name."""
        self._do(f"ALTER DATABASE {name} RENAME TO {to}")

    def drop(self, name: str) -> None:
        """Remove a database, if it is there."""
        self._do(f"DROP DATABASE IF EXISTS {name}")

    def size(self, name: str) -> int:
        """Return the bytes of a database, indexes included."""
        with psycopg.connect(self.url("postgres")) as opened:
            (size,) = opened.execute(_SIZE, [name]).fetchone() or (0,)
            return int(size)

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as opened:
            opened.execute(statement.encode())
