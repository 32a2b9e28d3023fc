"""Ad-hoc SQL on files that others write to, or that are no index."""

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError

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


def test_writer_that_shuts_readers_out(index: Path, start_child: StartChild) -> None:
    writer = start_child(HOLD_A_WRITE, index, "EXCLUSIVE")
    assert writer.stdout is not None
    writer.stdout.readline()
    with (
        pytest.raises(
            OvmrIndexError, match=r"ovmr\.db: database is locked; another process is writing"
        ),
        run_query(index, "SELECT count(*) FROM exemplars", {}, seconds=0.1),
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
