"""The benchmark command works from end to end, on a tree of a thousandth of the scale."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

import benchmarks.__main__
from benchmarks import empty_imagenet
from benchmarks.steps import JOB, STEPS, Step, copies
from benchmarks.table import HEADINGS, Row
from tests.support.databases import new_database

Main = Callable[[], None]


def _end(main: Main, *arguments: object) -> object:
    """Call the main function of a module with arguments; return its exit code, or its message."""
    with patch.object(sys, "argv", ["benchmarks", *map(str, arguments)]):
        try:
            main()
        except SystemExit as ended:
            return ended.code
    return 0


# Each step and each yardstick is run once: `test_results` is about the best of several.
ONCE = tuple(
    replace(step, runs=1, yardstick=step.yardstick and step.yardstick._replace(runs=1))
    for step in STEPS
)
IN_POSTGRESQL = ONCE[: len(JOB)]  # what is asked again afterwards asks a server the same


def _table(printed: str) -> list[Row]:
    lines = [line for line in printed.splitlines() if line.startswith("|")]
    rows = [Row(*line.removeprefix("| ").removesuffix(" |").split(" | ")) for line in lines]
    assert rows[0] == HEADINGS
    assert set("".join(rows[1])) == set("-:")
    return rows[2:]


def _assert_steps(rows: list[Row], steps: tuple[Step, ...]) -> None:
    has_memory = Path("/proc/self/status").exists()
    for row, step in zip(rows, steps, strict=True):
        assert row.step == step.name
        assert re.fullmatch(r"[0-9]+\.[0-9]{2} s", row.amount)
        assert re.fullmatch(r"[0-9]+\.[0-9]{2} s", row.cpu)
        assert bool(re.fullmatch(r"[1-9][0-9]* MiB", row.memory)) == has_memory
        assert bool(re.fullmatch(rf"[1-9][0-9,]* {step.unit}", row.records)) == bool(step.count)
        assert row.met in (("",) if step.target is None else ("yes", "no"))


@pytest.mark.slow
def test_the_benchmark_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarks.__main__, "STEPS", ONCE)
    assert _end(benchmarks.__main__.main, tmp_path, "--scale", "0.001") == 0
    printed = capsys.readouterr()
    said = [line.rpartition(": ")[0] for line in printed.err.splitlines()]
    assert said == [step.name for step in STEPS]
    rows = _table(printed.out)
    _assert_steps(rows[:-2], STEPS)
    assert rows[-2].ratio.startswith("1/")
    assert rows[-1].step == "size of the index"
    assert "scale 0.001." in printed.out
    assert str(tmp_path) not in printed.out


@pytest.mark.slow
def test_the_benchmark_runs_in_postgresql(
    postgresql: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(benchmarks.__main__, "STEPS", IN_POSTGRESQL)
    with new_database(postgresql) as url:
        assert _end(benchmarks.__main__.main, tmp_path, "--scale", "0.001", "--db", url) == 0
        rows = _table(capsys.readouterr().out)
        _assert_steps(rows[:-2], (*IN_POSTGRESQL, *copies(tmp_path, url)))
        assert rows[-3].records == rows[-4].records
        assert not (tmp_path / "ovmr.db").exists()
        assert _end(benchmarks.__main__.main, tmp_path, "--db", url) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "give the URL of an empty database" in printed.err


@pytest.mark.slow
def test_the_benchmark_of_names_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(empty_imagenet, "LVIS_SCALE", 0.001)
    empty_imagenet.print_table(tmp_path, files=2_501, classes=1_250)
    _assert_steps(_table(capsys.readouterr().out), empty_imagenet.STEPS)
    folders = list((tmp_path / "imagenet" / "imagenet21k_P" / "train").iterdir())
    counts = sorted(len(list(folder.iterdir())) for folder in folders)
    assert counts == [2] * 1_249 + [3]
    assert not any(file.stat().st_size for folder in folders for file in folder.iterdir())


@pytest.mark.slow
def test_a_command_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    train = tmp_path / "lvis" / "lvis_v1_train.json"
    train.parent.mkdir()
    train.write_text("{}")
    command = (sys.executable, "-m", "benchmarks", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ovmr-index ingest lvis --split train --json: exit code 1: ")
    assert str(train) in done.stderr


@pytest.mark.parametrize(
    ("main", "option"), [(benchmarks.__main__.main, "--scale"), (empty_imagenet.main, "--files")]
)
def test_trees_that_cannot_be_made_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], main: Main, option: str
) -> None:
    assert _end(main, tmp_path, option, "2") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "give" in printed.err
