"""The benchmark command works from end to end, on a tree of a thousandth of the scale."""

import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

import benchmarks.__main__
from benchmarks import empty_imagenet
from benchmarks.changes import ANNOTATIONS
from benchmarks.steps import ASK_CATEGORY, INGEST, STEPS, Step, copies
from benchmarks.table import HEADINGS, Row
from benchmarks.tree import load_categories
from tests.support.benchmark_tree import SCALE, copied_benchmark_tree
from tests.support.databases import new_database
from tests.support.runs import call

Main = Callable[[], None]


def _end(main: Main, *arguments: object) -> object:
    """Call the main function of a module with arguments; return its exit code, or its message."""
    with patch.object(sys, "argv", ["benchmarks", *map(str, arguments)]):
        try:
            main()
        except SystemExit as ended:
            return ended.code
    return 0


# Each kind of step, with each kind of yardstick; the others are asked without a process of theirs.
KINDS = {
    *("ingest LVIS train", "`sql`: a count by dataset"),
    *('`sql "select 1"`', "`--help`", f"ingest LVIS train, {ANNOTATIONS} annotations changed"),
}


def _once(step: Step) -> Step:
    """Return a step with one run of each: `test_results` is about the best of several."""
    return replace(step, runs=1, yardstick=step.yardstick and step.yardstick._replace(runs=1))


_ALL_ONCE = tuple(map(_once, STEPS))
ONCE = tuple(step for step in _ALL_ONCE if step.name in KINDS)
IN_POSTGRESQL = tuple(step for step in _ALL_ONCE if step.name in {"ingest LVIS train", "collate"})
# One that goes through files, and a question; the others are steps of the first benchmark too.
OF_NAMES = (INGEST, ASK_CATEGORY)


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


def _assert_works(step: Step, root: Path) -> None:
    """Run a step within this process."""
    with nullcontext() if step.change is None else step.change(root):
        done = call(*step.arguments, root=root)
    assert done.code == 0, done.err
    assert step.count is None or step.count(done.data) > 0


@pytest.mark.exhaustive  # the next one runs two of its steps
@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_the_benchmark_runs(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make_tree(root: Path, scale: float, *, categories: object) -> None:
        """Copy the tree of this scale, which was made once."""
        assert (scale, categories) == (SCALE, load_categories())
        copied_benchmark_tree(tmp_path_factory, root)

    monkeypatch.setattr(benchmarks.__main__, "make_tree", make_tree)
    monkeypatch.setattr(benchmarks.__main__, "STEPS", ONCE)
    assert _end(benchmarks.__main__.main, tmp_path, "--scale", "0.001") == 0
    printed = capsys.readouterr()
    said = [line.rpartition(": ")[0] for line in printed.err.splitlines()]
    assert said == [step.name for step in ONCE]
    assert {*said} == KINDS
    rows = _table(printed.out)
    _assert_steps(rows[:-2], ONCE)
    assert rows[-2].ratio.startswith("1/")
    assert rows[-1].step == "size of the index"
    assert "scale 0.001." in printed.out
    assert str(tmp_path) not in printed.out
    others = [step for step in STEPS if step.name not in KINDS]
    for step in others:
        _assert_works(step, tmp_path)
    yardsticks = {step.yardstick for step in others} - {step.yardstick for step in ONCE}
    assert all(one is None or one.seconds(tmp_path) > 0 for one in yardsticks)


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_the_benchmark_runs_in_postgresql(
    postgresql: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(benchmarks.__main__, "STEPS", IN_POSTGRESQL)
    copied_benchmark_tree(tmp_path_factory, tmp_path)
    with new_database(postgresql) as url:
        assert _end(benchmarks.__main__.main, tmp_path, "--db", url) == 0
        rows = _table(capsys.readouterr().out)
        _assert_steps(rows[:-2], (*IN_POSTGRESQL, *copies(tmp_path, url)))
        assert rows[-3].records == rows[-4].records
        assert not (tmp_path / "ovmr.db").exists()
        assert _end(benchmarks.__main__.main, tmp_path, "--db", url) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "give the URL of an empty database" in printed.err


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_the_benchmark_of_names_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tuple(map(_once, OF_NAMES))
    monkeypatch.setattr(empty_imagenet, "STEPS", steps)
    monkeypatch.setattr(empty_imagenet, "LVIS_SCALE", 0.001)
    monkeypatch.setattr(empty_imagenet, "WORKERS", 1)
    empty_imagenet.print_table(tmp_path, files=2_001, classes=1_000)
    _assert_steps(_table(capsys.readouterr().out), steps)
    folders = list((tmp_path / "imagenet" / "imagenet21k_P" / "train").iterdir())
    counts = sorted(len(list(folder.iterdir())) for folder in folders)
    assert counts == [2] * 999 + [3]
    assert not any(file.stat().st_size for folder in folders for file in folder.iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_a_command_that_fails_ends_the_benchmark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = tmp_path / "lvis" / "lvis_v1_train.json"
    train.parent.mkdir()
    train.write_text("{}")
    message = _end(benchmarks.__main__.main, tmp_path)  # with which Python ends with code 1
    assert isinstance(message, str)
    assert message.startswith("ovmr-index ingest lvis --split train --json: exit code 1: ")
    assert str(train) in message
    assert capsys.readouterr().out == ""


@pytest.mark.slow
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
