"""Databases on the server of this run of the tests, where a role needs a password."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ovmr_index.db import schema
from ovmr_index.db.location import Server, located
from tests.support.databases import new_database, run_in
from tests.support.once import run_folder

SECRET = "s3cr3t/@:?#%"
QUOTED = "s3cr3t%2F%40%3A%3F%23%25"
_MADE = "made"


@pytest.fixture(scope="session")
def folder(server: str) -> Path:
    """Return the folder of the server."""
    return _folder_of(server)


@pytest.fixture(scope="session")
def server(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of the server as its administrator, with `{}` for a database.

    Its role `lab` needs a password, `guest` has no rights, and `sleeper` may not log in. The first
    process that asks makes them, and a database with an index without rows.
    """
    administrator = postgresql.format("postgres")
    with (run_folder(tmp_path_factory) / "postgresql.roles").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there(administrator, _MADE):
            run_in(
                administrator,
                f"CREATE ROLE lab LOGIN CREATEDB PASSWORD '{SECRET}'",
                "CREATE ROLE guest LOGIN",
                "CREATE ROLE sleeper NOLOGIN",
            )
            rules = _folder_of(postgresql) / "data/pg_hba.conf"
            rules.write_text(f"local all lab scram-sha-256\n{rules.read_text()}")
            run_in(administrator, "SELECT pg_reload_conf()")
            run_in(administrator, f"CREATE DATABASE {_MADE} TEMPLATE template0")
            schema.create(located(postgresql.format(_MADE)), lambda _: None)
    return postgresql


def _folder_of(url: str) -> Path:
    return Path(url.partition("?host=")[2])


def _is_there(url: str, database: str) -> bool:
    with psycopg.connect(url) as opened:
        found = opened.execute("SELECT FROM pg_database WHERE datname = %s", [database])
        return found.fetchone() is not None


@pytest.fixture(scope="session")
def made(server: str) -> str:
    """Return the name of a database with an index without rows, to be copied."""
    assert server
    return _MADE


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """Return the URL of a database without tables."""
    with new_database(server) as url:
        yield url


@pytest.fixture
def database(server: str, made: str) -> Iterator[str]:
    """Return the URL of a database with an index without rows."""
    with new_database(server, made) as url:
        yield url


@pytest.fixture
def place(database: str) -> Server:
    """Return the place of an index without rows."""
    found = located(database)
    assert isinstance(found, Server)
    return found


@pytest.fixture(autouse=True)
def _doctor_leaves_out_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `doctor` not look at packages, which takes most of its time and has tests of its own."""
    monkeypatch.setattr("ovmr_index.index.doctor.api.package_looks", list)
