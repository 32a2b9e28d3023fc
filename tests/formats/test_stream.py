"""The same records whether they are read here or in a subprocess."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, RecordError
from ovmr_index.formats import stream
from ovmr_index.formats.stream import SUBPROCESS_FROM, AnnotationStream, open_stream
from ovmr_index.formats.table import names_with
from ovmr_index.ingest.placements import placement_of
from tests.support.formats import FIXTURES
from tests.support.runs import CHECKOUT, environment
from tests.support.trees import (
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow

# What a user may write: no guard, and a first line that a second run of it would show.
BARE_SCRIPT = """
import sys
print("started")
from ovmr_index import Index
index = Index.open(sys.argv[1], create=True)
print(index.ingest().sources[0].counts.added)
"""


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files of any size read in another process."""
    monkeypatch.setattr(stream, "SUBPROCESS_FROM", 0)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tree whose objects are worth a subprocess."""
    builder = TreeBuilder(tmp_path_factory.mktemp("large") / "tree")
    spec = builder.visual_genome(
        *(
            vg_objects(i, *(vg_object(100 * i + j, TENCH, more="x" * 1_700) for j in range(100)))
            for i in range(1, 101)
        )
    )
    assert sum(file.stat().st_size for file in spec.path.iterdir()) > SUBPROCESS_FROM
    return builder.root


def _all(source: AnnotationStream) -> list[object]:
    parts = [list(source.images()), list(source.regions())]
    return [source.header, source.unit, source.total, source.categories, *parts, source.problems]


@pytest.mark.exhaustive(but=["coco", "visual-genome", "yolo"])
@pytest.mark.parametrize("name", names_with(lambda one: not one.is_tree))
def test_records_are_the_same_from_another_process(
    builder: TreeBuilder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = FIXTURES[name](builder)
    placement = placement_of(spec)
    with open_stream(name, spec.path, placement=placement) as source:
        here = _all(source)
    monkeypatch.setattr(stream, "SUBPROCESS_FROM", 0)
    with open_stream(name, spec.path, placement=placement) as source:
        assert _all(source) == here


@pytest.mark.usefixtures("apart")
def test_a_source_without_regions(builder: TreeBuilder) -> None:
    spec = builder.lvis(images=[], categories=[category(1)], annotations=[])
    with open_stream("lvis", spec.path) as source:
        assert (list(source.images()), list(source.regions())) == ([], [])
        assert [one.key for one in source.categories] == [1]


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        ([annotation(1), annotation(2, area="x")], r"annotations\[1\] \(id 2\): expected"),
        pytest.param(
            [annotation(1), annotation(1)],
            r"annotation number 1 \(id 1\): another record",
            marks=pytest.mark.exhaustive,
        ),
        ([annotation(1, 7)], r"annotation \(id 1\): its image 7 is not in"),
    ],
)
def test_errors_are_the_same_from_another_process(
    builder: TreeBuilder, annotations: list[dict[str, object]], message: str
) -> None:
    spec = builder.lvis(images=[image(1)], categories=[category(1)], annotations=annotations)
    index = Index.open(builder.root, create=True)
    with pytest.raises(RecordError, match=message) as caught:
        index.ingest([spec])
    assert caught.value.file == spec.path


def test_a_reader_that_dies_is_named(large: Path) -> None:
    before = _children()
    with open_stream("visual-genome", large / "VisualGenome") as source:
        (child,) = _children() - before
        os.kill(child, signal.SIGKILL)
        with pytest.raises(OvmrIndexError, match=r"ended early \(exit code -9\); is memory short"):
            _all(source)


def test_a_stream_that_is_left_early_leaves_no_process(large: Path) -> None:
    before = _children()
    with open_stream("visual-genome", large / "VisualGenome") as source:
        next(source.images())
        assert len(_children() - before) == 1
    assert _children() == before


def test_a_script_needs_no_guard(large: Path, empty_index: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(BARE_SCRIPT)
    (tmp_path / "root").mkdir()
    shutil.copyfile(empty_index, tmp_path / "root" / "ovmr.db")
    (tmp_path / "root" / "VisualGenome").symlink_to(large / "VisualGenome")
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "root"],
        check=False,
        capture_output=True,
        text=True,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
    )
    assert (done.stdout, done.stderr) == ("started\n10000\n", "")


# A stream that is left early shows it, too, and `cli/test_signals.py` what a command says then.
_INTERRUPTED = pytest.param(signal.SIGINT, marks=pytest.mark.exhaustive)


@pytest.mark.parametrize("stop", [signal.SIGKILL, _INTERRUPTED])
def test_what_stops_ingest_stops_its_reader(
    large: Path, empty_index: Path, tmp_path: Path, stop: int
) -> None:
    shutil.copyfile(empty_index, tmp_path / "x.db")
    command = ["--root", large, "--db", tmp_path / "x.db", "ingest"]
    with warm_start().start(*command, start_new_session=True) as process:
        while not (tmp_path / "x.db-journal").exists() and process.poll() is None:
            time.sleep(0.005)
        os.killpg(process.pid, stop)
        # Its output ends when the last process that could write there has ended.
        output = process.communicate(timeout=30)
    ended = (130, "", "ovmr-index: interrupted\n") if stop == signal.SIGINT else (-stop, "", "")
    assert (process.returncode, *output) == ended
    index = Index.open(large, db=tmp_path / "x.db")
    assert index.db.check() == []
    assert index.status().sources == []


def _children() -> set[int]:
    """Return the processes that this one has started and not yet waited for (on Linux)."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int(file.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid():
                found.add(int(file.parent.name))
    return found
