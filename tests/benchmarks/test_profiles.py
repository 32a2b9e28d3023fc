"""The profile of the largest steps, on a tree of a thousandth of the scale."""

from pathlib import Path

import pytest

from benchmarks.processes import CommandError
from benchmarks.profiles import FUNCTIONS, HEADINGS, STEPS, as_markdown, profile_steps
from benchmarks.tree import load_categories, make_tree


@pytest.mark.slow
def test_a_step_that_fails_ends_the_profile(tmp_path: Path) -> None:
    (tmp_path / "lvis").mkdir()
    with pytest.raises(CommandError, match="ingest LVIS: fails"):
        list(profile_steps(tmp_path))


@pytest.mark.slow
def test_every_step_has_its_functions(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    make_tree(root, 0.001, categories=load_categories())
    before = sorted(root.iterdir())
    lines = list(as_markdown(profile_steps(root)))
    assert lines[0].strip("| ").split(" | ") == list(HEADINGS)
    rows = [line.strip("| ").split(" | ") for line in lines[2:]]
    readers = ["the reader of lvis", "the reader of visual-genome"]
    assert [row[0] for row in rows] == [
        step for step in [*STEPS, *readers] for _ in range(FUNCTIONS)
    ]
    assert not any("/" in row[1] for row in rows)
    seconds = [float(row[3]) for row in rows]
    for start in range(0, len(rows), FUNCTIONS):
        own = seconds[start : start + FUNCTIONS]
        assert own == sorted(own, reverse=True)
    assert set(before) <= set(root.iterdir())
