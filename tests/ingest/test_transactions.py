"""An ingest happens whole or not at all: after errors, kills, a full disk, and beside another."""

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index import Index
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import Counts
from tests.support.contents import (
    assert_as_fresh,
    assert_schema,
    assert_sound,
    contents,
    everything,
    ingest,
)
from tests.support.runs import call, python
from tests.support.trees import APPLE, TENCH, TreeBuilder, annotation, vg_object, vg_objects
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow

CHECKOUT = Path(ovmr_index.__file__).parents[1]
MANY = 4_200  # more than one batch
SOME, LARGE = 1_100, 600  # of larger annotations
Child = subprocess.Popen[str]
StartChild = Callable[..., Child]

# Ingests a tree; says when its first rows are written, and goes on when it is signalled to.
WAITING = """
import os, sys
from contextlib import contextmanager
from ovmr_index import Index
@contextmanager
def progress(what, total, unit):
    def advance(done):
        print("written", os.getpid(), flush=True)
        sys.stdin.readline()
    yield advance
index = Index.open(sys.argv[1], progress=progress)
print("opened", flush=True)
counts = index.ingest().sources[0].counts
print(counts.added, counts.unchanged)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartChild]:
    """Return a function that runs Python code with arguments in a process of its own.

    It starts at once.
    """
    children: list[Child] = []
    program, script = tmp_path / "program", tmp_path / "script.py"
    warm_start().write_program(program)

    def run(code: str, *arguments: object) -> Child:
        script.write_text(code)
        _, *given = python(code, *arguments)  # Python, and with databases what knows them
        line = given if given[0] == "-m" else [str(script), *given[2:]]
        child = subprocess.Popen(
            [str(program), *line],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )
        children.append(child)
        return child

    yield run
    for child in children:
        with child:
            child.kill()


def _line(child: Child) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def _kill(child: Child) -> None:
    """Wait until an ingest has written rows, and kill its process."""
    assert _line(child) == "opened"
    what, number = _line(child).split()
    assert what == "written"
    os.kill(int(number), signal.SIGKILL)
    assert child.wait() == 128 + signal.SIGKILL  # as a shell has it


def _write_many(builder: TreeBuilder, count: int, polygon: list[int]) -> None:
    builder.lvis(annotations=[annotation(key, segmentation=[polygon]) for key in range(count)])


@pytest.mark.exhaustive(but=["later"])  # that one begins with a few rows, and adds as many
@pytest.mark.parametrize("first", [True, False], ids=["first load", "later"])
def test_a_bad_record_at_the_end_undoes_all(
    builder: TreeBuilder, empty_index: Path, first: bool
) -> None:
    if not first:
        builder.lvis(annotations=[annotation(3), annotation(4)])
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH, APPLE)))
    index = builder.index()
    index.ingest()
    before = everything(index)
    rows = contents(index)
    good = [annotation(key) for key in range(MANY)]
    builder.lvis(annotations=[*good, annotation(MANY, bbox=[1, 2, 3])], info={"version": "new"})
    with pytest.raises(RecordError, match=rf"annotations\[{MANY}\] \(id {MANY}\): expected"):
        index.ingest()
    assert contents(index) == rows
    assert everything(index) == before
    assert_schema(index)
    builder.lvis(annotations=good)
    added = MANY if first else MANY - 2
    assert ingest(index)["lvis_v1_train"].added == added
    assert_as_fresh(builder, index, empty_index)


def test_a_source_before_the_bad_one_is_in(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.file("VisualGenome/objects.json", b"[")
    builder.json("VisualGenome/image_data.json", [])
    index = builder.index()
    with pytest.raises(RecordError, match=r"objects\.json"):
        index.ingest()
    assert len(contents(index)["sources"]) == 1
    assert_sound(index)


@pytest.mark.slow
def test_a_killed_ingest_leaves_the_old_state(
    builder: TreeBuilder, empty_index: Path, start: StartChild
) -> None:
    _write_many(builder, LARGE, [1, 2])
    index = builder.index()
    index.ingest()
    rows = contents(index)
    _write_many(builder, LARGE, list(range(2_000)))  # more than the cache: the file is written to
    _kill(start(WAITING, builder.root))
    if isinstance(index.location, Path):
        journal = index.path.with_name("ovmr.db-journal")
        assert journal.stat().st_size > 0
        assert Index.open(builder.root).path == index.path
        assert not journal.exists() or journal.stat().st_size == 0
    assert contents(index) == rows
    assert_sound(index)
    _write_many(builder, LARGE, [3, 4])
    assert ingest(index) == {"lvis_v1_train": Counts(changed=LARGE)}
    assert_as_fresh(builder, index, empty_index)


@pytest.mark.slow
def test_a_killed_first_ingest_leaves_an_empty_index(
    builder: TreeBuilder, empty_index: Path, start: StartChild
) -> None:
    builder.lvis()
    index = builder.index()
    _kill(start(WAITING, builder.root))
    assert contents(index) == contents(empty_index)
    assert_schema(index)
    assert ingest(index) == {"lvis_v1_train": Counts(added=1)}
    assert_sound(index)


@pytest.mark.slow
def test_two_ingests_at_a_time_wait_for_each_other(
    builder: TreeBuilder, empty_index: Path, start: StartChild
) -> None:
    builder.lvis(annotations=[annotation(key) for key in range(10)])
    index = builder.index()
    first = start(WAITING, builder.root)
    assert [_line(first), _line(first).split()[0]] == ["opened", "written"]
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(ingest, index)
        assert first.communicate("\n" * 9, timeout=30)[0] == "10 0\n"
        assert second.result(timeout=30) == {"lvis_v1_train": Counts(unchanged=10)}
    assert_as_fresh(builder, index, empty_index)
    assert_sound(index)


@pytest.mark.slow
@pytest.mark.sqlite_only  # its file grows on the disk of this process
def test_a_full_disk_leaves_the_old_state(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    rows, size = contents(index), index.path.stat().st_size
    _write_many(builder, SOME, list(range(60)))
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, usual[1]))  # as on a full disk
    try:
        done = call("--root", builder.root, "ingest")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    error = done.err
    assert done.code == 1
    assert error.startswith("ovmr-index: error: the index: ")
    assert error.count("\n") == 1
    assert "disk" in error
    assert contents(index) == rows
    assert_sound(index)
    assert ingest(index) == {"lvis_v1_train": Counts(added=SOME - 1, changed=1)}


@pytest.mark.usefixtures("without_power")
@pytest.mark.parametrize("name", ["lvis/lvis_v1_train.json", "lvis", "imagenet"])
def test_what_may_not_be_read_is_an_error(
    builder: TreeBuilder, empty_index: Path, name: str
) -> None:
    builder.lvis()
    builder.imagenet({"n01440764": ["a.JPEG"]}, flat=True)
    index = builder.index()
    path = builder.root / name
    before = path.stat().st_mode
    path.chmod(0)
    done = call("--root", builder.root, "ingest")
    path.chmod(before)
    assert done.code == 1
    assert done.error.startswith(f"ovmr-index: error: {path}")
    assert "ermission denied; " in done.error
    assert contents(index) == contents(empty_index) or name == "imagenet"


def test_nothing_is_left_beside_the_index(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.index().ingest()
    assert sorted(path.name for path in builder.root.iterdir()) == ["lvis", "ovmr.db"]
