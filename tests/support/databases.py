"""Databases of a server of the tests' own, each for one test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from ovmr_index.db.kept_connections import close_all

_NUMBERS = count(1)


def run_in(url: str, *statements: str) -> None:
    """Run statements in a database, each by itself.

    A database that somebody is connected to can neither be copied nor be dropped: what this process
    keeps is closed.
    """
    close_all()
    with psycopg.connect(url, autocommit=True) as opened:
        for statement in statements:
            opened.execute(statement.encode())


@contextmanager
def new_database(server: str, made_of: str = "template0", *, name: str = "") -> Iterator[str]:
    """Make a database on a server, whose URL has `{}` for its name, and yield its URL."""
    name = name or f"made_{os.getpid()}_{next(_NUMBERS)}"
    make = f"CREATE DATABASE {name} TEMPLATE {made_of} STRATEGY FILE_COPY"  # quicker than WAL
    run_in(server.format("postgres"), make)
    try:
        yield server.format(name)
    finally:
        run_in(server.format("postgres"), f"DROP DATABASE {name} (FORCE)")
