"""Standard streams that are closed: what cannot be written is an error, and files are whole."""

import subprocess
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.support.runs import CHECKOUT, Run, call, command_line, environment
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow

SAID = "ovmr-index: error: write error: Bad file descriptor; open standard output, or write with -o"


def _warm(closed: Collection[int], *arguments: object) -> Run:
    """Run a command that starts at once, without some streams."""
    with warm_start().start(*arguments, closed=closed) as process:
        out, err = process.communicate(timeout=120)
    return Run(process.returncode, out, err)


def _run(closed: str, *arguments: object) -> Run:
    """Run a command with streams that the shell has closed, as in `<&- >&-`."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command_line(*arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        timeout=120,
    )
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "command",
    [
        *("status", "status --json", "--help", "--version", "coverage", "db current"),
        *("vocabulary list", "export --help", "export cat-info -o -"),
    ],
)
@pytest.mark.exhaustive(but=["status", "status --json", "--help", "export cat-info -o -"])
def test_a_closed_standard_output_is_an_error(small_shared: Path, command: str) -> None:
    done = _warm([1], "--root", small_shared, *command.split())
    assert (done.code, done.out) == (1, "")
    last = done.err.splitlines()[-1]
    assert last.startswith("ovmr-index: error: ")
    assert "Bad file descriptor" in last


def test_an_answer_that_is_longer_than_a_buffer(small_shared: Path) -> None:
    query = "SELECT category, category AS again, synset FROM exemplars LIMIT 5000"
    done = _warm([1], "--root", small_shared, "sql", query)
    assert (done.code, done.out, done.err) == (1, "", f"{SAID}\n")


def test_wrong_usage_stays_wrong_usage(small_shared: Path) -> None:
    assert _warm([1], "--root", small_shared, "status", "--bogus").code == 2
    assert _run(">&- 2>&-", "--root", small_shared, "status", "--bogus").code == 2


def test_a_file_is_written_whole_without_standard_output(
    small_shared: Path, tmp_path: Path
) -> None:
    whole, file = tmp_path / "whole.json", tmp_path / "file.json"
    assert call("export", "exemplars", "-o", whole, root=small_shared).code == 0
    done = _warm([1], "--root", small_shared, "export", "exemplars", "-o", file)
    assert (done.code, done.err) == (1, f"{SAID}\n")  # of the line that tells of the file
    assert file.read_bytes() == whole.read_bytes()
    assert sorted(tmp_path.iterdir()) == [file, whole]


def test_what_is_for_standard_error_is_not_in_the_answer(small_shared: Path) -> None:
    for command in ("verify --json", "status --json", "export cat-info -o -"):
        usual = warm_start().run("--root", small_shared, *command.split())
        done = _warm([2], "--root", small_shared, *command.split())
        assert (done.code, done.out, done.err) == (usual.code, usual.out, "")


def test_a_closed_standard_input(small_shared: Path) -> None:
    done = _run("<&-", "--root", small_shared, "sql", "-")
    assert (done.code, done.out) == (1, "")
    assert done.error.endswith("standard input: Bad file descriptor; give the query there")
    assert _warm([0], "--root", small_shared, "sql", "SELECT 1").out.split()[-1] == "1"


def test_all_three_are_closed(small_shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    done = _warm([0, 1, 2], "--root", small_shared, "export", "cat-info", "-o", file)
    assert (done.code, done.out, done.err) == (1, "", "")
    assert isinstance(Run(0, file.read_text(), "").data, list)
