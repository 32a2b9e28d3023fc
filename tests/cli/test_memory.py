"""Commands with worker processes where there is little memory: they end, in a line."""

import compileall
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ovmr_index
from ovmr_index import Index
from ovmr_index.cli.errors import explained_errors
from tests.support.runs import CHECKOUT, Run, environment
from tests.support.trees import TENCH_WNID, TreeBuilder

pytestmark = pytest.mark.slow

SHORT = "ovmr-index: error: the memory is too small for this; ask for less at once\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return a tree with more images than one process looks at at once.

    The program is compiled before, as an installed one is: what Python says where it has too little
    memory to compile is not ours.
    """
    compileall.compile_dir(Path(ovmr_index.__file__).parent, quiet=1)
    builder = TreeBuilder(tmp_path_factory.mktemp("memory") / "datasets", empty_index)
    builder.lvis()
    builder.lvis("val", annotations=[])
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.imagenet({f"train/{TENCH_WNID}": [f"{number}.JPEG" for number in range(1_100)]})
    builder.index().ingest()
    return builder.root


def _limited(megabytes: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    return limit


def _run(megabytes: int, *arguments: object) -> Run:
    """Run a command to its end, however that comes."""
    program = (sys.executable, "-m", "ovmr_index")  # and nothing around it, which takes memory too
    with subprocess.Popen(
        [*program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        preexec_fn=_limited(megabytes),  # noqa: PLW1509 - it calls the system alone
    ) as process:
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Run(process.returncode, out, err)


@pytest.mark.slow
# `torture/test_torture.py` gives other commands little memory.
@pytest.mark.exhaustive(but=["verify-64"])
@pytest.mark.parametrize("megabytes", [64, 80, 96, 112, 160])
@pytest.mark.parametrize("command", ["verify", "export imagenet-lvis"])
def test_a_command_ends_in_a_line_and_does_not_wait_for_ever(
    root: Path, megabytes: int, command: str
) -> None:
    place = Index.open(root).location
    done = _run(megabytes, "--root", root, "--db", place, *command.split())
    assert "Traceback" not in done.err
    assert "Exception" not in done.err
    assert len(done.err.splitlines()) <= 1
    if done.code:
        assert done.err.startswith("ovmr-index: error: ")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory", "/a"),
        ImportError("libjpeg.so.62: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        SystemError("error return without exception set"),
        SystemError("<built-in function compile> returned NULL without setting an exception"),
    ],
)
def test_whatever_says_that_memory_is_short_is_one_line(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, explained_errors():
        raise error
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", SHORT)


def test_a_shortage_on_the_way_out_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    def end_with_too_little() -> None:
        try:
            with explained_errors():
                raise MemoryError
        except SystemExit:
            raise MemoryError from None

    with pytest.raises(SystemExit) as ended, explained_errors():
        end_with_too_little()
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", SHORT)
    with pytest.raises(SystemExit), explained_errors():
        raise MemoryError
    assert capsys.readouterr() == ("", SHORT)


@pytest.mark.parametrize(
    "error", [ImportError("no module"), RuntimeError("odd"), SystemError("odd")]
)
def test_other_errors_of_the_program_are_not_hidden(error: Exception) -> None:
    with pytest.raises(type(error)), explained_errors():
        raise error
