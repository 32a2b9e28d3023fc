"""The benchmark command works from end to end, on a tree of a thousandth of the scale."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import empty_imagenet
from benchmarks.steps import STEPS, Step, copies
from benchmarks.table import HEADINGS, Row
from tests.support.databases import new_database


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", module, *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False)


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
def test_the_benchmark_runs(tmp_path: Path) -> None:
    done = _run("benchmarks", str(tmp_path), "--scale", "0.001")
    assert done.returncode == 0, done.stderr
    said = [line.rpartition(": ")[0] for line in done.stderr.splitlines()]
    assert said == [step.name for step in STEPS]
    rows = _table(done.stdout)
    _assert_steps(rows[:-2], STEPS)
    assert rows[-2].ratio.startswith("1/")
    assert rows[-1].step == "size of the index"
    assert "scale 0.001." in done.stdout
    assert str(tmp_path) not in done.stdout


@pytest.mark.slow
def test_the_benchmark_runs_in_postgresql(postgresql: str, tmp_path: Path) -> None:
    with new_database(postgresql) as url:
        done = _run("benchmarks", str(tmp_path), "--scale", "0.001", "--db", url)
        assert done.returncode == 0, done.stderr
        rows = _table(done.stdout)
        _assert_steps(rows[:-2], (*STEPS, *copies(tmp_path, url)))
        assert rows[-3].records == rows[-4].records
        assert not (tmp_path / "ovmr.db").exists()
        again = _run("benchmarks", str(tmp_path), "--db", url)
        assert (again.returncode, again.stdout) == (2, "")
        assert "give the URL of an empty database" in again.stderr


@pytest.mark.slow
def test_the_benchmark_of_names_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
    done = _run("benchmarks", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ovmr-index ingest lvis --split train --json: exit code 1: ")
    assert str(train) in done.stderr


@pytest.mark.slow
def test_trees_that_cannot_be_made_are_wrong_usage(tmp_path: Path) -> None:
    for module, option in (("benchmarks", "--scale"), ("benchmarks.empty_imagenet", "--files")):
        done = _run(module, str(tmp_path), option, "2")
        assert (done.returncode, done.stdout) == (2, "")
        assert "give" in done.stderr
