"""What is done to an index beside the program: damage, and a lock on all that writes."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ovmr_index import Index
from ovmr_index.db.location import Server
from ovmr_index.db.postgresql_driver import connect

# Of a row that each transaction that writes counts itself in, with the code of a replica.
_FORBID = b"""
CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE 'a read-only transaction' USING ERRCODE = '25006'; END $$;
CREATE TRIGGER forbid BEFORE UPDATE ON index_changes EXECUTE FUNCTION forbid()
"""


def damage(index: Index | Path, statements: str) -> None:
    """Run statements on an index, or that of a root, whatever its checks and foreign keys say."""
    if isinstance(index, Path):
        index = Index.open_unchecked(index)
    index.close()
    if isinstance(index.location, Server):
        with connect(index.location) as server:
            server.execute(f"SET session_replication_role = replica; {statements}".encode())
        return
    with closing(sqlite3.connect(index.path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.executescript(statements)
        connection.commit()


def infinite(root: Path) -> str:
    """Return what is larger than any number, as the SQL of the index of a root has it."""
    is_file = isinstance(Index.open_unchecked(root).location, Path)
    return "9e999" if is_file else "'Infinity'::float8"


def forbid_writes(index: Index | Path) -> None:
    """Let nobody write to an index, or to that of a root."""
    if isinstance(index, Path):
        index = Index.open_unchecked(index)
    if isinstance(index.location, Server):
        with connect(index.location) as server:
            server.execute(_FORBID)
        return
    with index.path.open("r+b") as file:
        file.seek(18)  # the version that may write it: of a higher one SQLite only reads
        file.write(b"\3")
