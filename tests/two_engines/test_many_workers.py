"""Many processes on one index in PostgreSQL: what they make together is what one makes alone."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ovmr_index import Index
from ovmr_index.export.targets import TARGETS
from tests.support.checked import problems_but_wordnet
from tests.support.contents import contents
from tests.support.databases import new_database
from tests.support.few_synsets import index_of_demo_synsets
from tests.support.postgresql import (
    halt_server,
    new_folder,
    resume_server,
    start_server,
    stop_server,
)
from tests.support.runs import CHECKOUT, call, environment
from tests.support.warm import FEW_SYNSETS, warm_start
from tests.two_engines.least_demo import make_least_demo

pytestmark = pytest.mark.slow

# A command on blocks of few images, so that a small tree has many. Before the unit that it names is
# committed, its process says its number and waits for a line; with `SAYS_SO` it says that it takes
# part.
WORK = """
import os, sys
import ovmr_index.__main__
from ovmr_index.cli import main
from ovmr_index.db import work_units
sys.modules["__main__"] = ovmr_index.__main__  # which workers do not import
from ovmr_index.images import hash_queries, shared_hashes, size_queries, stored_sizes
for module in (hash_queries, shared_hashes, size_queries, stored_sizes):
    module.BLOCK = 8
work_units.LEASE_SECONDS = 2.0
end, left = work_units.Part.end, int(sys.argv.pop(1))
def stop_and_end(part, connection, unit, payload="{}"):
    global left
    left -= 1
    if not left:
        print(os.getpid(), flush=True)
        sys.stdin.readline()
    end(part, connection, unit, payload)
work_units.Part.end = stop_and_end
make = work_units.Part.__init__
def say_and_make(*arguments):
    if left < 0:
        print("takes part", flush=True)
    make(*arguments)
work_units.Part.__init__ = say_and_make
main()
"""
NEVER, SAYS_SO = 1_000_000, -1
STATE = """
SELECT file_name, width, height, sha256, perceptual, size, mtime_ns, reason
FROM images
LEFT JOIN image_hashes ON image_hashes.image_pk = pk
LEFT JOIN measured_files ON measured_files.image_pk = pk
LEFT JOIN unreadable_images ON unreadable_images.image_pk = pk
ORDER BY file_name, images.key
"""
KINDS = {"sizes": ("--sizes", 2), "hashes": ("--near", 3)}
Start = Callable[..., subprocess.Popen[str]]


def _state(index: Index) -> list[Any]:
    """Return all that is known of each image, by its path."""
    with index._session.read() as connection:
        return [tuple(row) for row in connection.execute(text(STATE))]


def _written(
    index: Index, folder: Path, targets: Iterable[str] = ("imagenet-lvis",)
) -> dict[str, bytes]:
    """Return the bytes of files that the index gives, by default of the one with all sizes."""
    folder.mkdir()
    for name in targets:
        index.exports.target(name, folder / name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _rows(index: Index) -> dict[str, list[str]]:
    """Return the rows of an index but for times of files: those of one just written are none."""
    times = ("source_files", "folders", "archives")
    return {name: rows for name, rows in contents(index).items() if name not in times}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, empty_index: Path, demo_tree: Path) -> Path:
    """Return an index of the demo's synsets, to be copied."""
    return index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, few: Path) -> Path:
    """Return the root of a part of the demo, with an index in SQLite that one process made."""
    root = tmp_path_factory.mktemp("workers") / "datasets"
    make_least_demo(demo_tree, root)
    torn = min((root / "imagenet").rglob("*.JPEG"))
    torn.unlink()  # it is a link
    torn.write_bytes(b"none")
    shutil.copyfile(few, root / "alone.db")
    with Index.open(root, root / "alone.db") as index:
        index.ingest()
        index.collate()
    return root


@pytest.fixture(scope="module")
def read(postgresql: str, root: Path, few: Path) -> Iterator[str]:
    """Return the name of a database that holds the tree, with pools, and nothing measured."""
    with new_database(postgresql, name="workers") as url:
        with Index.open(root, few) as synsets:
            synsets.db.copy(url)
        with Index.open(root, url) as index:
            index.ingest()
            index.collate()
        yield "workers"


@pytest.fixture
def url(postgresql: str, read: str) -> Iterator[str]:
    """Return the URL of a copy of that database."""
    with new_database(postgresql, read) as url:
        yield url


@pytest.fixture
def alone(root: Path, tmp_path: Path) -> Iterator[Index]:
    """Return a copy of the index that one process made."""
    shutil.copyfile(root / "alone.db", tmp_path / "alone.db")
    with Index.open(root, tmp_path / "alone.db") as index:
        yield index


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Start:
    """Return a function that starts a command on blocks of few images, as a process of its own."""
    folder = tmp_path_factory.mktemp("program")
    program, script = folder / "work", folder / "work.py"
    script.write_text(WORK)
    warm_start().write_program(program, str(script))

    def start(url: str, at: int, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [program, str(at), "--db", url, "--root", root, *map(str, arguments)],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        )

    return start


def _kill_one_of_four(work: Start, url: str, option: str, at: int) -> list[list[str]]:
    """Kill the first of four processes that measure; return what the others say."""
    measure = ("measure", option, "--source", "imagenet21k", "--workers", 1)
    with work(url, at, *measure) as killed:
        assert killed.stdout is not None
        number = int(killed.stdout.readline())
        others = [work(url, SAYS_SO, *measure) for _ in range(3)]
        # All take part: one that comes when all is done begins again.
        assert [one.stdout and one.stdout.readline() for one in others] == ["takes part\n"] * 3
        os.kill(number, signal.SIGKILL)
        assert killed.wait(300) == 128 + signal.SIGKILL  # as a shell has it
        said = [one.communicate(timeout=300) for one in others]
    assert [one.returncode for one in others] == [0, 0, 0], said
    return [err.splitlines() for _, err in said]


def test_one_of_four_is_killed_twice_over(
    work: Start, url: str, root: Path, alone: Index, tmp_path: Path
) -> None:
    for kind, (option, at) in KINDS.items():
        said = _kill_one_of_four(work, url, option, at)
        names = alone.measure(
            sizes=kind == "sizes", hashes=False, near=kind == "hashes", source="imagenet21k"
        )
        with Index.open(root, url) as index:
            assert (kind, _state(index)) == (kind, _state(alone))
        assert said == [[one.describe() for one in names.unreadable]] * 3, kind
    with Index.open(root, url) as index:
        assert _written(index, tmp_path / "many") == _written(alone, tmp_path / "one")


def test_a_server_that_goes_away(
    work: Start, root: Path, few: Path, alone: Index, tmp_path: Path
) -> None:
    folder = new_folder()
    try:
        start_server(folder, "synchronous_commit=on")  # what is committed is to outlive the stop
        url = f"postgresql://postgres@/postgres?host={folder}"
        with Index.open(root, few) as synsets:
            synsets.db.copy(url)
        with Index.open(root, url) as index:
            index.ingest()
        measure = ("measure", "--near", "--source", "imagenet21k", "--workers", 1)
        with work(url, 3, *measure) as stopped:
            assert stopped.stdout is not None
            assert int(stopped.stdout.readline()) > 0
            halt_server(folder)
            _, err = stopped.communicate("go on\n", timeout=300)
        assert stopped.returncode == 1
        assert "the connection to the server was lost" in err.splitlines()[-1]
        resume_server(folder)
        said = alone.measure(sizes=False, near=True, source="imagenet21k")
        with Index.open(root, url) as index:
            whole, found = _state(alone), _state(index)
            hashed = [one for one in found if one[3] is not None]
            assert 0 < len(hashed) < sum(one[3] is not None for one in whole)
            assert {*hashed} <= {*whole}
            assert problems_but_wordnet(index) == []
            done = call("--db", url, *measure, root=root)
            assert done.err.splitlines() == [one.describe() for one in said.unreadable]
            assert _state(index) == whole
    finally:
        stop_server(folder)


def test_audits_and_exports_share_the_work(
    work: Start, url: str, root: Path, alone: Index, tmp_path: Path
) -> None:
    export, audit = ("export", "imagenet-lvis", "-o"), ("audit", "--content", "--json")
    running = [
        *(work(url, NEVER, *export, tmp_path / f"{i}.json") for i in range(2)),
        *(work(url, NEVER, *audit) for _ in range(2)),
    ]
    out = [one.communicate(timeout=300)[0] for one in running]
    assert call("--db", alone.path, *export, tmp_path / "alone.json", root=root).code == 0
    expected = (tmp_path / "alone.json").read_bytes()
    assert [(tmp_path / f"{i}.json").read_bytes() == expected for i in range(2)] == [True, True]
    said = call("--db", alone.path, *audit, root=root).out
    assert out[2:] == [said, said]


def test_all_sources_and_two_shards_at_once(
    postgresql: str, root: Path, few: Path, alone: Index, tmp_path: Path
) -> None:
    """Nobody has made the index yet, and the first of them does."""
    sources = ["lvis", "visual-genome", *(f"imagenet --shard {i}/2" for i in (1, 2))]
    with new_database(postgresql) as url:
        given, known = ("--db", url, "--root", root, "ingest"), {FEW_SYNSETS: str(few)}
        running = [warm_start().start(*given, *one.split(), more=known) for one in sources]
        said = [one.communicate(timeout=300) for one in running]
        assert [one.returncode for one in running] == [0] * len(sources), said
        with Index.open(root, url) as index:
            assert index.sources.missing_shards() == {}
            assert _rows(index) == _rows(alone)
            ours, theirs = tmp_path / "many", tmp_path / "one"
            assert _written(index, ours, TARGETS) == _written(alone, theirs, TARGETS)
            assert [*index.audit()] == [*alone.audit()]
            assert problems_but_wordnet(index) == []
            assert not any(one.did_work for one in index.ingest().sources)
