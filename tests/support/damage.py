"""Damage to an index, done beside the program."""

import sqlite3
from contextlib import closing

from ovmr_index import Index
from ovmr_index.db.location import Server
from ovmr_index.db.postgresql_driver import connect


def damage(index: Index, statements: str) -> None:
    """Run statements on an index, whatever its checks and foreign keys say."""
    index.close()
    if isinstance(index.location, Server):
        with connect(index.location) as server:
            server.execute(f"SET session_replication_role = replica; {statements}".encode())
        return
    with closing(sqlite3.connect(index.path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.executescript(statements)
        connection.commit()
