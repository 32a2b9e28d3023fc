"""Tests of an index in a file, run on one in PostgreSQL: `pytest --engine postgresql`.

The usual place of an index, `<root>/ovmr.db`, becomes a database of the tests' server. A marker has
the place of the file and names the database: a copy of a tree has a copy of its index, and a tree
whose file is deleted has none. A SQLite file that is put there is copied into a database.

As a program it is `ovmr-index`, or Python with `-c` and code, with the databases of the tests that
start it.
"""

import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import psycopg
from sqlalchemy import Connection
from sqlalchemy.pool import ConnectionPoolEntry

from ovmr_index.db import postgresql_schema, session
from ovmr_index.db.checked import Checked
from ovmr_index.db.copying import copy_index
from ovmr_index.db.kept_connections import close_all
from ovmr_index.db.location import Location, Server, located
from ovmr_index.db.revision import check_revision
from ovmr_index.db.server_connections import ServerConnections
from ovmr_index.db.session import Session
from ovmr_index.index import opening
from ovmr_index.vocabularies.synsets import load_wordnet

GIVEN = "TESTS_DATABASES"
_MARKER = b"an index of the tests' PostgreSQL: "

_TRIES = 12  # of five seconds each, for which the server itself waits
_END_IDLE = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = '{}' AND state = 'idle' AND state_change < now() - interval '20 seconds'"
)

Migrate = Callable[[Connection, str], None]
Fill = Callable[[Connection], None]


class Databases:
    """The databases of the tests' server, one for each root."""

    def __init__(self, url: str, with_wordnet: Path, lock: Path) -> None:
        """Take the server's URL, with `{}` for a database, and the file of one with WordNet alone.

        Who holds the `lock` makes the databases that others are copies of.
        """
        self.made_of = (url, with_wordnet, lock)
        self._url, self._with_wordnet, self._lock = self.made_of
        self._really_create = postgresql_schema.create
        self._roots: dict[str, Path] = {}
        self._made = set[str]()  # databases that others are copies of
        self._opened: psycopg.Connection | None = None

    def usual_place(self, root: Path) -> Location | str:
        """Return the database of a root, which is as the file in it says."""
        file = root.absolute() / "ovmr.db"
        name = f"root_{sha256(str(file).encode()).hexdigest()[:24]}"
        server = self.server(name)
        if not file.parent.is_dir():
            return file
        self._roots[name] = file
        made_of = _named_by(file)
        if made_of == name:
            return server
        self._drop(name)
        if made_of is None and not file.exists():
            self._copy("template0", name)
            return server
        self._copy(made_of or self._like(file), name)
        self._mark(name)
        return server

    def drop_below(self, folder: Path) -> None:
        """Drop the databases of the roots in a folder."""
        for name, file in [*self._roots.items()]:
            if file.is_relative_to(folder):
                self._drop(name)
                del self._roots[name]

    def _like(self, file: Path) -> str:
        """Return the database that holds what a file does; the first that asks makes it."""
        name = f"like_{sha256(file.read_bytes()).hexdigest()[:24]}"
        if name in self._made:
            return name
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            query = f"SELECT FROM pg_database WHERE datname = '{name}'"
            if self._run(query).fetchone() is None:
                self._drop("being_made")
                self._copy("template0", "being_made")
                copy_index(Session(file.parent, file), self.server("being_made"))
                self._run(f"ALTER DATABASE being_made RENAME TO {name}")
        self._made.add(name)
        return name

    def server(self, name: str) -> Server:
        """Return the place of a database."""
        found = located(self._url.format(name))
        assert isinstance(found, Server)
        return found

    def create(self, server: Server, migrate: Migrate, fill: Fill) -> None:
        """Make an index; that of a root with WordNet alone is a copy of what was really made."""
        name = server.parameters["dbname"]
        if name in self._roots and fill is load_wordnet and self._is_empty(name):
            self._drop(name)
            self._copy(self._like(self._with_wordnet), name)
        else:
            self._really_create(server, migrate, fill)
        if name in self._roots:
            self._mark(name)

    def is_shared(self, name: str) -> bool:
        """Return whether other workers copy the database of a root, which is in no folder of one.

        A connection that is kept on it would be in their way.
        """
        run = self._lock.parent
        file = self._roots.get(name, self._lock)
        place = file.relative_to(run).parts[0] if file.is_relative_to(run) else ""
        return not place.startswith("popen-")

    def _mark(self, name: str) -> None:
        self._roots[name].unlink(missing_ok=True)
        self._roots[name].write_bytes(_MARKER + name.encode())

    def _is_empty(self, name: str) -> bool:
        with psycopg.connect(self._url.format(name)) as opened:
            found = opened.execute("SELECT FROM pg_tables WHERE schemaname = 'public'")
            return found.fetchone() is None

    def _copy(self, template: str, name: str) -> None:
        """Make a database like another, as a copy of its files: a third of the time of the log.

        Who uses the other one meanwhile is waited for; what was opened and not used is ended.
        """
        for _ in range(_TRIES - 1):
            with suppress(psycopg.errors.ObjectInUse):
                self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
                return
            self._run(_END_IDLE.format(template))
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} (FORCE)")

    def _run(self, statement: str) -> psycopg.Cursor:
        """Run a statement by a connection that is kept: the server takes 4 ms to open one.

        A database that somebody is connected to can neither be copied nor get another name.
        """
        close_all()
        if self._opened is None:
            self._opened = psycopg.connect(self._url.format("postgres"), autocommit=True)
        return self._opened.execute(statement.encode(), prepare=False)

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None


def _named_by(file: Path) -> str | None:
    """Return the database that a marker names, None where there is another file, or none."""
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        content = opened.read(100)
    return content.removeprefix(_MARKER).decode() if content.startswith(_MARKER) else None


@contextmanager
def redirected(databases: Databases) -> Iterator[None]:
    """Have the usual place of every index be a database of a server."""
    really_kept = ServerConnections._is_as_opened

    def is_kept(pool: ServerConnections, record: ConnectionPoolEntry, state: int) -> bool:
        driver = record.dbapi_connection
        if isinstance(driver, psycopg.Connection) and databases.is_shared(driver.info.dbname):
            return False
        return really_kept(pool, record, state)

    def checked(location: Location, looked: Checked | None = None) -> Checked:
        found = check_revision(location, looked)
        if isinstance(location, Server):  # a tree is copied while an index of it was only opened
            found.close()
        return found

    with (
        patch.object(ServerConnections, "_is_as_opened", is_kept),
        patch.object(session, "check_revision", checked),
        closing(databases),
        patch.object(opening, "usual_place", databases.usual_place),
        patch.object(postgresql_schema, "create", databases.create),
    ):
        yield


@contextmanager
def processes_redirected(databases: Databases) -> Iterator[None]:
    """Have the processes that tests start by `tests.support.runs` use the same databases."""
    from tests.support import runs

    program = (sys.executable, "-m", __name__)
    with (
        patch.object(runs, "COMMAND", program),
        patch.object(runs, "PYTHON", program),
        patch.dict(os.environ, {GIVEN: json.dumps([str(one) for one in databases.made_of])}),
    ):
        yield


def main() -> None:
    """Run `ovmr-index`, or code behind `-c`, with the databases of the tests that start it."""
    from ovmr_index.__main__ import main as run

    url, with_wordnet, lock = json.loads(os.environ[GIVEN])
    with redirected(Databases(url, Path(with_wordnet), Path(lock))):
        if sys.argv[1:2] == ["-c"]:
            _, _, code, *arguments = sys.argv
            sys.argv = ["-c", *arguments]
            exec(code, {"__name__": "__main__"})
        else:
            run()


if __name__ == "__main__":
    main()
