"""Ad-hoc SQL on files that others write to, or that are no index."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest

from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError, SchemaError
from tests.support.runs import call

StartChild = Callable[..., Popen[str]]

HOLD_A_WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"BEGIN {sys.argv[2]}")
connection.execute("DELETE FROM pool_entries")
print("written", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""

CUT_OFF_A_WRITE = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM pool_entries")
connection.execute("CREATE TABLE t AS SELECT randomblob(8000) FROM synsets, synsets, synsets")
print("written", flush=True)
time.sleep(60)
"""


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with run_query(path, query, {}) as result:
        return list(result.rows)


def test_writer_beside_lets_the_reader_read(index: Path, start_child: StartChild) -> None:
    writer = start_child(HOLD_A_WRITE, index, "IMMEDIATE")
    assert writer.stdout is not None
    writer.stdout.readline()
    assert _rows(index, "SELECT count(*) FROM exemplars") == [(3,)]
    writer.communicate("\n")
    assert _rows(index, "SELECT count(*) FROM exemplars") == [(0,)]


@pytest.mark.slow
def test_writer_that_shuts_readers_out(index: Path, start_child: StartChild) -> None:
    writer = start_child(HOLD_A_WRITE, index, "EXCLUSIVE")
    assert writer.stdout is not None
    writer.stdout.readline()
    with (
        pytest.raises(
            OvmrIndexError,
            match=r"ovmr\.db: database is locked; another process is writing to it, and did not end"
            r" in the 0\.[3-9] s that the query waited; try again",
        ),
        run_query(index, "SELECT count(*) FROM exemplars", {}, seconds=0.4),
    ):
        pass
    done = call("--db", index, "sql", "SELECT 1", "--seconds", 0.4, root=index.parent)
    assert done.code == 1
    assert "did not end in the 0." in done.error


def test_write_that_was_cut_off_is_undone(index: Path, start_child: StartChild) -> None:
    writer = start_child(CUT_OFF_A_WRITE, index)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.wait()
    assert (index.parent / "ovmr.db-journal").exists()
    assert _rows(index, "SELECT count(*) FROM exemplars") == [(3,)]
    assert [file.name for file in index.parent.iterdir()] == ["ovmr.db"]


def test_index_of_another_revision(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    with (
        pytest.raises(SchemaError, match=r"has schema 0001.+index.db.upgrade"),
        run_query(index, "SELECT 1", {}),
    ):
        pass


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" * 100])
def test_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(content)
    with (
        pytest.raises(
            OvmrIndexError, match=r"file is not a database; it is no SQLite database; give another"
        ),
        run_query(path, "SELECT * FROM datasets", {}),
    ):
        pass


def test_damaged_file(index: Path) -> None:
    content = bytearray(index.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    index.write_bytes(content)
    with (
        pytest.raises(
            OvmrIndexError, match=r"malformed; it is damaged; restore a backup, or delete it"
        ),
        run_query(index, "SELECT * FROM datasets", {}) as result,
    ):
        list(result.rows)


def test_missing_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OvmrIndexError, match=r"none\.db: unable to open .+; check that it is there"),
        run_query(tmp_path / "none.db", "SELECT 1", {}),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_path_with_signs_of_an_address(made_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "50%41 ?mode=rw#é.db"
    shutil.copyfile(made_index, path)
    assert _rows(path, "SELECT count(*) FROM datasets") == [(3,)]
    assert list(tmp_path.iterdir()) == [path]
