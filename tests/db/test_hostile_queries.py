"""Queries that take all time or memory, or reach for files: each ends in time and leaves nothing.

All are run by one process, whose memory is measured with that of the queries' processes.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

import pytest

from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError
from tests.db.conftest import CHECKOUT
from tests.support.runs import environment

pytestmark = pytest.mark.slow

StartChild = Callable[..., Popen[str]]
Ask = Callable[[str], "Outcome"]

SECONDS, MEMORY_MIB = 0.7, 96
SLACK_SECONDS = 1.5  # to start a process on a machine that does much else
NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT {} FROM n"
)
LONG = "hex(zeroblob(2000000))"
ENDLESS = -1

QUERIES = {
    # One call of a function that takes minutes, in which SQLite looks at no clock.
    "instr": f"SELECT instr({LONG}, hex(zeroblob(900000)) || '1')",
    "replace": f"SELECT length(replace({LONG}, hex(zeroblob(900000)) || '1', ''))",
    "like": f"SELECT {LONG} LIKE '%0%0%0%0%0%0%0%0%0%0%0%0%0%0%1'",
    "glob": f"SELECT {LONG} GLOB '*0*0*0*0*0*0*0*0*0*0*0*0*0*0*1'",
    "trim": f"SELECT ltrim({LONG}, hex(zeroblob(900000)))",
    "group_concat": NUMBERS.format(ENDLESS, f"length(group_concat({LONG}))"),
    "json": NUMBERS.format(9_000, "json_group_array(json_array(i, zeroblob(0) || i))"),
    # Many steps.
    "count": NUMBERS.format(ENDLESS, "count(*)"),
    "rows": NUMBERS.format(ENDLESS, "i"),
    "join": "SELECT count(*) FROM synsets a, synsets b, synsets c, regions d, images e, images f,"
    " images g, images h, images i, images j, images k, images l, images m, images n, images o,"
    " images p, images q, images r, images s, images t, images u, images v, images w",
    "nothing comes": NUMBERS.format(ENDLESS, "i") + " WHERE i < 0",
    # Memory: wide values, wide rows, many rows held at once.
    "blobs": "SELECT " + ", ".join(["randomblob(900000000)"] * 8),
    "wide row": "SELECT " + ", ".join(["randomblob(4000000)"] * 6),
    "wide rows": NUMBERS.format(ENDLESS, ", ".join(["randomblob(1000000)"] * 12)),
    "printf": "SELECT printf('%.*c', 2000000000, 'x')",
    "zeroblob": "SELECT zeroblob(2147483647)",
    "sort": NUMBERS.format(ENDLESS, "randomblob(100000)") + " ORDER BY 1",
    "distinct": NUMBERS.format(ENDLESS, "DISTINCT randomblob(100000)"),
    "groups": NUMBERS.format(ENDLESS, "i, max(randomblob(1000000))") + " GROUP BY i",
    "window": NUMBERS.format(ENDLESS, "first_value(randomblob(1000000)) OVER (ORDER BY i DESC)"),
    "nested": "SELECT " + "replace(" * 30 + "'aaaaaaaa'" + ", 'a', 'aaaaaaaa')" * 30,
    "json array": NUMBERS.format(ENDLESS, "json_group_array(hex(zeroblob(1000)))"),
    "long query": f"SELECT '{'x' * 3_000_000}', length('{'x' * 3_000_000}')",
    "deep query": f"SELECT {'(' * 100_000}1{')' * 100_000}",
    "columns": f"SELECT {', '.join(['hex(zeroblob(4000))'] * 1_999)}",
    # Files.
    "attach": "ATTACH 'new.db' AS other",
    "vacuum": "VACUUM INTO 'new.db'",
    "writefile": "SELECT writefile('new', 'x')",
    "readfile": "SELECT readfile('/etc/hostname')",
    "extension": "SELECT load_extension('new')",
    "directory": "PRAGMA temp_store_directory = '.'",
    "journal": "PRAGMA journal_mode = WAL",
    "table": "CREATE TABLE new AS SELECT 1",
    "drop": "DROP VIEW exemplars",
}

RUN = """
import json, resource, sys, time
from pathlib import Path
from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError
for line in sys.stdin:
    began, said = time.monotonic(), "done"
    try:
        with run_query(
            Path(sys.argv[1]),
            json.loads(line),
            {},
            seconds=float(sys.argv[2]),
            memory_mib=int(sys.argv[3]),
        ) as result:
            for row in result.rows:
                pass
    except OvmrIndexError as error:
        said = str(error)
    took = time.monotonic() - began
    whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    unit = 2**20 if sys.platform == "darwin" else 2**10
    mib = [resource.getrusage(one).ru_maxrss // unit for one in whose]
    status = Path("/proc/self/status")
    if status.exists():  # the other figure is inherited from the process that started this one
        (peak,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        mib[0] = int(peak.split()[1]) // 1024
    print(json.dumps([said, took, *mib]), flush=True)
"""


class Outcome(NamedTuple):
    """What a query ended with and after how long, and the most MiB that either side had so far."""

    said: str
    took: float
    here: int
    there: int


@pytest.fixture(scope="module")
def ask(made_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return what asks a query by its name, each once."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "temporary").mkdir()
    before = made_index.read_bytes(), {*made_index.parent.iterdir()}
    known: dict[str, Outcome] = {}
    with Popen(
        [sys.executable, "-c", RUN, str(made_index), str(SECONDS), str(MEMORY_MIB)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment()
        | {"PYTHONPATH": str(CHECKOUT), "SQLITE_TMPDIR": str(folder / "temporary")},
    ) as process:

        def asked(name: str) -> Outcome:
            assert process.stdin is not None
            assert process.stdout is not None
            if name not in known:
                print(json.dumps(QUERIES[name]), file=process.stdin, flush=True)
                known[name] = Outcome(*json.loads(process.stdout.readline()))
                assert [*folder.rglob("*")] == [folder / "temporary"]
                assert (made_index.read_bytes(), {*made_index.parent.iterdir()}) == before
            return known[name]

        yield asked


# One for each way to take time, memory or a file; `test_readonly.py` has more of those that write.
@pytest.mark.exhaustive(
    but=[
        *("instr", "group_concat", "rows", "blobs", "wide row", "wide rows", "printf", "zeroblob"),
        *("sort", "nested", "long query", "deep query", "columns", "attach", "vacuum"),
    ]
)
@pytest.mark.parametrize("name", QUERIES)
def test_query_ends_in_time_in_one_line(ask: Ask, name: str) -> None:
    said, took, *_ = ask(name)
    assert took < SECONDS + SLACK_SECONDS
    assert "\n" not in said
    assert len(said) < 700


def test_memory_is_bounded(ask: Ask) -> None:
    """All queries that were asked before are measured with these."""
    outcomes = [ask(name) for name in ("blobs", "wide row", "wide rows", "sort", "nested")]
    assert max(one.there for one in outcomes) < MEMORY_MIB + 64
    assert max(one.here for one in outcomes) < 300


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("instr", f"took longer than {SECONDS} s; narrow it or give seconds="),
        ("rows", f"took longer than {SECONDS} s"),
        ("wide row", "a row has at most 16 MiB here; select less of it"),
        ("blobs", "a value has at most 4 MiB here"),
        ("zeroblob", "a value has at most 4 MiB here"),
        ("vacuum", "only SELECT is allowed"),
        ("attach", "only SELECT is allowed"),
    ],
)
def test_reason(ask: Ask, name: str, said: str) -> None:
    assert said in ask(name).said


def test_memory_above_the_limit_is_said(made_index: Path) -> None:
    columns = ", ".join(["hex(zeroblob(1900000 + i))"] * 40)
    query = NUMBERS.format(60, f"i, {columns}") + " ORDER BY length(i)"
    with (
        pytest.raises(OvmrIndexError, match=r"more than 64 MiB of memory; .+ give memory_mib="),
        run_query(made_index, query, {}, memory_mib=64) as result,
    ):
        list(result.rows)


ASK = """
import sys
from pathlib import Path
from ovmr_index.db.readonly import run_query
print("asks", flush=True)
try:
    with run_query(Path(sys.argv[1]), sys.argv[2], {}):
        pass
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.exhaustive(beyond=1)  # `test_readonly.py` interrupts a query of many steps
@pytest.mark.parametrize("name", ["instr", "count"])
def test_interrupt_is_heard_at_once(made_index: Path, start_child: StartChild, name: str) -> None:
    child = start_child(ASK, made_index, QUERIES[name])
    assert child.stdout is not None
    assert child.stdout.readline() == "asks\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "interrupted\n"
    assert child.wait() == 0


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="lists processes by /proc")
def test_query_ends_with_whoever_asked(index: Path, start_child: StartChild) -> None:
    child = start_child(ASK, index, QUERIES["instr"])
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(0.3)
    queries = _children(child.pid)
    assert queries
    child.kill()
    child.wait()
    end = time.monotonic() + 5
    while any(_runs(pid) for pid in queries):
        assert time.monotonic() < end
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
