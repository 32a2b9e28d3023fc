"""Two processes that mark at once, and one that is killed while it marks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.contents import rows_of

# In PostgreSQL two people mark at once, and a writer is killed, in tests/db/postgresql.
pytestmark = [pytest.mark.slow, pytest.mark.exhaustive(on="postgresql")]

MARKING = """
import sys
from ovmr_index import Index

root, db, category, author = sys.argv[1:]
with Index.open(root, db) as index:
    pool = index.exemplars(int(category))
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        for one in pool:
            index.curation.exclude(one, author=author)
        print("done", flush=True)
        if author != "killed":
            break
        index.curation.clear(pool, author=author)
"""


def _start(index: Index, category: int, author: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        MARKING,
        str(index.root),
        str(index.location),
        str(category),
        author,
    ]
    return subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _marked_at(index: Index) -> set[tuple[object, ...]]:
    """Return (category, file, box, time) of each mark."""
    query = "SELECT category_key, file_name, region_key, marked_at FROM exemplar_marks"
    return {*rows_of(index, query)}


def _journalled_at(index: Index) -> set[tuple[object, ...]]:
    """Return what the journal says that the marks are, by the last change of each."""
    last: dict[tuple[object, ...], object] = {}
    query = "SELECT before, after FROM mark_changes ORDER BY step_pk, position"
    for before, after in rows_of(index, query):
        mark = json.loads(after or before)
        last[mark[2], mark[6], mark[7]] = mark[10] if after else None
    return {(*key, at) for key, at in last.items() if at is not None}


def test_marks_of_both_are_there(index: Index) -> None:
    processes = [_start(index, 1, "ann"), _start(index, 2, "bob")]
    assert [*map(_line, processes)] == ["ready\n", "ready\n"]
    for process in processes:
        _go(process)
    for process in processes:
        assert _line(process) == "done\n"
        process.communicate()
        assert process.returncode == 0
    held = {(one.category_id, one.author) for one in index.curation.list()}
    assert held == {(1, "ann"), (2, "bob")}
    pools = len(index.exemplars(1)) + len(index.exemplars(2))
    assert len(index.curation.list()) == pools
    assert rows_of(index, "SELECT count(*) FROM mark_steps") == [(pools,)]


def test_a_step_is_there_whole_or_not_at_all(index: Index, tmp_path: Path) -> None:
    process = _start(index, 1, "killed")
    assert _line(process) == "ready\n"
    _go(process)
    assert _line(process) == "done\n"
    process.kill()
    process.communicate()
    marks = rows_of(index, "SELECT count(*) FROM exemplar_marks")[0][0]
    assert _marked_at(index) == _journalled_at(index)
    assert rows_of(
        index,
        "SELECT count(*) FROM mark_steps WHERE pk NOT IN (SELECT step_pk FROM mark_changes)",
    ) == [(0,)]
    one = index.exemplars(2)[0]
    assert index.curation.exclude(one).changed == 1
    assert len(index.curation.list()) == marks + 1
