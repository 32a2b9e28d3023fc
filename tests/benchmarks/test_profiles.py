"""The profile of the largest steps, on a tree of a thousandth of the scale."""

from pathlib import Path

import pytest

from benchmarks import profiles, steps
from benchmarks.processes import CommandError
from benchmarks.profiles import FUNCTIONS, HEADINGS, STEPS, as_markdown, profile_steps
from tests.support.benchmark_tree import copied_benchmark_tree

SOME = {name: STEPS[name] for name in ("ingest LVIS", "collate", "export norare")}


def test_steps_are_those_of_the_benchmark() -> None:
    timed = {step.arguments for step in steps.STEPS}
    others = [arguments for name, arguments in STEPS.items() if name not in SOME]
    assert {(*arguments, "--json") for arguments in others} <= timed


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_a_step_that_fails_ends_the_profile(tmp_path: Path) -> None:
    (tmp_path / "lvis").mkdir()
    with pytest.raises(CommandError, match="ingest LVIS: fails"):
        list(profile_steps(tmp_path))


@pytest.mark.slow
@pytest.mark.usefixtures("quick_start")
def test_every_step_has_its_functions(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "STEPS", SOME)
    root = copied_benchmark_tree(tmp_path_factory, tmp_path / "tree")
    before = sorted(root.iterdir())
    lines = list(as_markdown(profile_steps(root)))
    assert lines[0].strip("| ").split(" | ") == list(HEADINGS)
    rows = [line.strip("| ").split(" | ") for line in lines[2:]]
    readers = ["the reader of lvis", "the reader of visual-genome"]
    assert [row[0] for row in rows] == [
        step for step in [*SOME, *readers] for _ in range(FUNCTIONS)
    ]
    assert not any("/" in row[1] for row in rows)
    seconds = [float(row[3]) for row in rows]
    for start in range(0, len(rows), FUNCTIONS):
        own = seconds[start : start + FUNCTIONS]
        assert own == sorted(own, reverse=True)
    assert set(before) <= set(root.iterdir())
