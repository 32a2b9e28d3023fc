"""Signals that ask a command to end: it cleans up, says so, and its processes end with it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.signals import SignalledError
from tests.cli.test_errors import ENDLESS
from tests.support.runs import call, start
from tests.support.trees import TreeBuilder
from tests.support.warm import warm_start
from tests.support.warm_process import WarmProcess

pytestmark = pytest.mark.slow

CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}


def _said(number: signal.Signals) -> str:
    ended = "interrupted" if number == signal.SIGINT else f"ended by {number.name}"
    return f"ovmr-index: {ended}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_becomes_a_line_and_a_code(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, explained_errors():
        raise SignalledError(number)
    assert ended.value.code == CODES[number]
    assert capsys.readouterr() == ("", _said(number))


DROPPED = """
import os, time, weakref
from ovmr_index.cli.errors import explained_errors
from ovmr_index.cli.signals import end_as_interrupted

class Freed:
    pass

def come(_):
    os.kill(os.getpid(), {number})
    for _ in range(1000):
        pass

end_as_interrupted()
freed = Freed()
reference = weakref.ref(freed, come)
with explained_errors():
    del freed
    time.sleep(20)
    print("was not heard")
"""


@pytest.mark.parametrize("number", CODES)
def test_a_signal_that_comes_where_python_drops_errors_is_heard(number: signal.Signals) -> None:
    script = DROPPED.format(number=int(number))
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (CODES[number], "", _said(number))


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES)
def test_a_query_ends(shared: Path, number: signal.Signals) -> None:
    start_it = start if number == signal.SIGINT else warm_start().start
    query = ("--root", shared, "sql", "--format", "csv", ENDLESS)
    with start_it(*query, start_new_session=True) as one:
        assert one.stdout is not None
        assert one.stderr is not None
        one.stdout.readline()
        one.send_signal(number)
        one.stdout.read()
        assert one.stderr.read() == _said(number)
    assert one.returncode == CODES[number]


@pytest.mark.slow
def test_what_the_caller_ignores_is_ignored(shared: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    query = ("--root", shared, "sql", "--format", "csv", ENDLESS)
    with start(*query, start_new_session=True, preexec_fn=ignore) as one:
        assert one.stdout is not None
        one.stdout.readline()
        one.send_signal(signal.SIGHUP)
        one.stdout.readline()
        one.send_signal(signal.SIGTERM)
        one.stdout.read()
    assert one.returncode == 143


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return a tree with eighty boxes on images that take some time to crop."""
    builder = TreeBuilder(tmp_path_factory.mktemp("large") / "datasets", empty_index)
    first = builder.file("img/00.jpg", b"")
    Image.effect_noise((900, 900), 90).convert("RGB").save(first)
    for number in range(1, 80):
        (first.parent / f"{number:02}.jpg").hardlink_to(first)
    size = {"width": 900, "height": 900}
    images = [{"id": i, "file_name": f"{i:02}.jpg", **size} for i in range(80)]
    box = {"category_id": 1, "bbox": [50, 50, 540, 540], "area": 291_600}
    boxes = [{"id": i, "image_id": i, **box} for i in range(80)]
    content = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "mug"}]}
    file = builder.json("ann.json", content)
    options = ("--name", "mine", "--images", first.parent)
    assert call("ingest", "coco", file, *options, root=builder.root).code == 0
    drawing = ("-K", 80, "--on-shortage", "take-all", "--vocabulary", "mine", "--name", "all")
    assert call("sample", *drawing, root=builder.root).code == 0
    return builder.root


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _start(root: Path, folder: Path) -> WarmProcess:
    """Start to write crops in a session of its own, and wait until some are there."""
    command = ("--root", root, "export", "crops", "--name", "all", "-o", folder)
    process = warm_start().start(*command, start_new_session=True)
    while len(_files(folder)) < 5 and process.poll() is None:
        time.sleep(0.005)
    return process


@pytest.mark.slow
@pytest.mark.exhaustive(but=["SIGTERM-to one", "SIGINT-to all"])
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to one"])
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_crops_end_with_their_processes_and_leave_nothing(
    large: Path, tmp_path: Path, number: signal.Signals, to_all: bool
) -> None:
    folder = tmp_path / "crops"
    with _start(large, folder) as process:
        (os.killpg if to_all else os.kill)(process.pid, number)
        # Its output ends when the last process that could write there has ended.
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (CODES[number], "", _said(number))
    assert [path for path in _files(folder) if ".partial" in path.name] == []
    assert call("export", "crops", "--name", "all", "-o", folder, root=large).code == 0


@pytest.mark.slow
def test_two_at_once_into_one_folder_both_succeed(large: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crops"
    command = ("--json", "--root", large, "export", "crops", "--name", "all", "-o", folder)
    start = warm_start().start
    with start(*command) as one, start(*command) as other:
        outputs = [process.communicate(timeout=120) for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), outputs
    for out, _ in outputs:
        report = json.loads(out)
        assert report["written"] + report["kept"] == 80
        assert report["problems"] == []
    assert len(_files(folder)) == 80 + 10 + 70 + 2  # the mark of the folder, and metadata
    assert [path for path in _files(folder) if ".partial" in path.name] == []


_INTERRUPTED_AT_ITS_END = """
import atexit, signal
from ovmr_index.cli.signals import end_as_interrupted

class Interrupted:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

def print_timers():
    print(timer != (0, 0), signal.getitimer(signal.ITIMER_REAL))

atexit.register(print_timers)  # what is registered last is called first
end_as_interrupted()
Interrupted()
timer = signal.getitimer(signal.ITIMER_REAL)
"""


def test_a_signal_at_the_very_end_is_not_raised_again_after_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED_AT_ITS_END], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("True (0.0, 0.0)\n", "")
