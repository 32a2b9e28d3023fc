"""The state of an index's file differs after each commit, and after nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index.db.file_state import file_state


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_each_commit_is_another_state(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "ovmr.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE kept (value INTEGER)")
        states = [file_state(path)]
        for value in range(20):
            connection.execute("INSERT INTO kept VALUES (?)", (value,))
            states.append(file_state(path))
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (value + 1,)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            assert file_state(path) == states[-1]
    assert len({*states}) == len(states)


def test_another_file_is_another_state(tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first.db", "second.db"))
    for path in (first, second):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE kept (value INTEGER)")
    before = file_state(first)
    second.replace(first)
    assert file_state(first) != before
