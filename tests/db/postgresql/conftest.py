"""A server of these tests' own, where a password is asked for, and databases on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index.db import schema
from ovmr_index.db.location import Server, located
from tests.support.databases import new_database, run_in
from tests.support.postgresql import new_folder, start_server, stop_server

SECRET = "s3cr3t/@:?#%"
QUOTED = "s3cr3t%2F%40%3A%3F%23%25"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Return the folder of a server whose role `lab` needs a password; `guest` has no rights."""
    made = new_folder()
    try:
        start_server(made)
        host = f"postgresql://postgres@/postgres?host={made}"
        run_in(
            host,
            f"CREATE ROLE lab LOGIN CREATEDB PASSWORD '{SECRET}'",
            "CREATE ROLE guest LOGIN",
            "CREATE ROLE sleeper NOLOGIN",
        )
        rules = made / "data/pg_hba.conf"
        rules.write_text(f"local all lab scram-sha-256\n{rules.read_text()}")
        run_in(host, "SELECT pg_reload_conf()")
        yield made
    finally:
        stop_server(made)


@pytest.fixture(scope="session")
def server(folder: Path) -> str:
    """Return the URL of the server as its administrator, with `{}` for a database."""
    return f"postgresql://postgres@/{{}}?host={folder}"


@pytest.fixture(scope="session")
def made(server: str) -> str:
    """Return the name of a database with an index without rows, to be copied."""
    run_in(server.format("postgres"), "CREATE DATABASE made TEMPLATE template0")
    schema.create(located(server.format("made")), lambda _: None)
    return "made"


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
