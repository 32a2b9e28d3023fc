"""Many processes on one index in PostgreSQL: what they make together is what one makes alone."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ovmr_index import Index
from ovmr_index.export.targets import TARGETS
from tests.support.databases import new_database
from tests.support.few_synsets import index_of_demo_synsets
from tests.support.postgresql import (
    halt_server,
    new_folder,
    resume_server,
    start_server,
    stop_server,
)
from tests.support.runs import CHECKOUT, call, environment, start
from tests.support.small_demo import make_small_demo

pytestmark = pytest.mark.slow

# A command on blocks of few images, so that a small tree has many. Before the unit that it names is
# committed, its process waits for a line; with `SAYS_SO` it says that it takes part.
WORK = """
import sys
from ovmr_index.cli import main
from ovmr_index.db import work_units
from ovmr_index.images import hash_queries, shared_hashes, size_queries, stored_sizes
for module in (hash_queries, shared_hashes, size_queries, stored_sizes):
    module.BLOCK = 8
work_units.LEASE_SECONDS = 2.0
end, left = work_units.Part.end, int(sys.argv.pop(1))
def stop_and_end(part, connection, unit, payload="{}"):
    global left
    left -= 1
    if not left:
        print("here", flush=True)
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


def _work(url: str, root: Path, at: int, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            WORK,
            str(at),
            "--db",
            url,
            "--root",
            root,
            *map(str, arguments),
        ],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
    )


def _state(index: Index) -> list[Any]:
    """Return all that is known of each image, by its path."""
    with index._session.read() as connection:
        return [tuple(row) for row in connection.execute(text(STATE))]


def _written(index: Index, folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file that the index gives."""
    folder.mkdir()
    for name in TARGETS:
        index.exports.target(name, folder / name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory, empty_index: Path, demo_tree: Path) -> Path:
    """Return an index of the demo's synsets, to be copied."""
    return index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, few: Path) -> Path:
    """Return the root of a part of the demo, with an index in SQLite that one process made."""
    root = tmp_path_factory.mktemp("workers") / "datasets"
    make_small_demo(demo_tree, root)
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


@pytest.mark.exhaustive(but=["sizes"])  # hashes stop below when the server does
@pytest.mark.parametrize("kind", KINDS)
def test_one_of_four_is_killed(
    url: str, root: Path, alone: Index, tmp_path: Path, kind: str
) -> None:
    option, at = KINDS[kind]
    measure = ("measure", option, "--source", "imagenet21k", "--workers", 1)
    with _work(url, root, at, *measure) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "here\n"
        others = [_work(url, root, SAYS_SO, *measure) for _ in range(3)]
        # All take part: one that comes when all is done begins again.
        assert [one.stdout and one.stdout.readline() for one in others] == ["takes part\n"] * 3
        killed.kill()
        assert killed.wait(300) == -signal.SIGKILL
        said = [one.communicate(timeout=300) for one in others]
    assert [one.returncode for one in others] == [0, 0, 0], said
    names = alone.measure(
        sizes=kind == "sizes", hashes=False, near=kind == "hashes", source="imagenet21k"
    )
    with Index.open(root, url) as index:
        assert _state(index) == _state(alone)
        assert _written(index, tmp_path / "many") == _written(alone, tmp_path / "one")
    assert all(err.splitlines() == [one.describe() for one in names.unreadable] for _, err in said)


def test_a_server_that_goes_away(root: Path, alone: Index, tmp_path: Path) -> None:
    folder = new_folder()
    try:
        start_server(folder, "synchronous_commit=on")  # what is committed is to outlive the stop
        url = f"postgresql://postgres@/postgres?host={folder}"
        with Index.open(root, url) as index:
            index.ingest()
            index.collate()
        measure = ("measure", "--near", "--workers", 1)
        with _work(url, root, 4, *measure) as stopped:
            assert stopped.stdout is not None
            assert stopped.stdout.readline() == "here\n"
            halt_server(folder)
            _, err = stopped.communicate("go on\n", timeout=300)
        assert stopped.returncode == 1
        assert "the connection to the server was lost" in err.splitlines()[-1]
        resume_server(folder)
        said = alone.measure(sizes=False, near=True)
        with Index.open(root, url) as index:
            whole, found = _state(alone), _state(index)
            hashed = [one for one in found if one[3] is not None]
            assert 0 < len(hashed) < sum(one[3] is not None for one in whole)
            assert {*hashed} <= {*whole}
            assert index.db.check() == []
            done = call("--db", url, *measure, root=root)
            assert done.err.splitlines() == [one.describe() for one in said.unreadable]
            assert _state(index) == whole
    finally:
        stop_server(folder)


def test_audits_and_exports_share_the_work(
    url: str, root: Path, alone: Index, tmp_path: Path
) -> None:
    export, audit = ("export", "imagenet-lvis", "-o"), ("audit", "--content", "--json")
    running = [
        *(_work(url, root, NEVER, *export, tmp_path / f"{i}.json") for i in range(2)),
        *(_work(url, root, NEVER, *audit) for _ in range(2)),
    ]
    out = [one.communicate(timeout=300)[0] for one in running]
    assert call("--db", alone.path, *export, tmp_path / "alone.json", root=root).code == 0
    expected = (tmp_path / "alone.json").read_bytes()
    assert [(tmp_path / f"{i}.json").read_bytes() == expected for i in range(2)] == [True, True]
    said = call("--db", alone.path, *audit, root=root).out
    assert out[2:] == [said, said]


def test_all_sources_and_two_shards_at_once(
    postgresql: str, root: Path, alone: Index, tmp_path: Path
) -> None:
    """Nobody has made the index yet, and the first of them does."""
    sources = ["lvis", "visual-genome", *(f"imagenet --shard {i}/2" for i in (1, 2))]
    with new_database(postgresql) as url:
        given = ("--db", url, "--root", root, "ingest")
        running = [start(*given, *one.split()) for one in sources]
        said = [one.communicate(timeout=300) for one in running]
        assert [one.returncode for one in running] == [0] * len(sources), said
        with Index.open(root, url) as index:
            assert index.sources.missing_shards() == {}
            assert _written(index, tmp_path / "many") == _written(alone, tmp_path / "one")
            assert [*index.audit()] == [*alone.audit()]
            assert index.db.check() == []
            assert not any(one.did_work for one in index.ingest().sources)
