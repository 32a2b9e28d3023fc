"""What counts of several runs of a step or of a yardstick."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import results, yardsticks
from benchmarks.processes import Run
from benchmarks.results import Result, run_step
from benchmarks.steps import Step
from benchmarks.yardsticks import Yardstick


def _noted(patch: pytest.MonkeyPatch, module: ModuleType) -> list[Run]:
    """Return the list that each run of a process goes into from now on."""
    runs: list[Run] = []
    really_run: Callable[..., Run] = vars(module)["run"]

    def run(*arguments: object, **options: object) -> Run:
        runs.append(really_run(*arguments, **options))
        return runs[-1]

    patch.setattr(module, "run", run)
    return runs


@pytest.mark.slow
def test_of_the_runs_of_a_step_the_best_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = _noted(monkeypatch, results)
    result = run_step(Step(name="`--version`", arguments=("--version",), runs=2), tmp_path)
    assert len(runs) == 2
    best = min(runs, key=lambda one: one.seconds)
    memory = max((one.memory for one in runs if one.memory is not None), default=None)
    assert result == Result(best.seconds, best.cpu, memory, None)


def test_of_the_runs_of_a_yardstick_the_best_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = _noted(monkeypatch, yardsticks)
    seconds = Yardstick("nothing", "pass", runs=3).seconds(tmp_path)
    assert len(runs) == 3
    assert seconds == min(one.seconds for one in runs)
