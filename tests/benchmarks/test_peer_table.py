"""The table of ovmr-index and its peer: a row for a step, for all of it and for the databases."""

import pytest

from benchmarks.peer_duckdb import STEPS
from benchmarks.peer_table import HEADINGS, both_as_markdown
from benchmarks.results import Result
from benchmarks.steps import JOB

_MIB = 1 << 20


def _rows(ours: list[Result], theirs: list[Result]) -> list[list[str]]:
    names = [f"step {number}" for number in range(len(ours))]
    lines = both_as_markdown(names, ours, theirs, (3_000_000, 2_000_000)).splitlines()
    cells = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]
    assert cells[0] == list(HEADINGS)
    assert {len(row) for row in cells} == {len(HEADINGS)}
    return cells[2:]


def test_each_step_of_the_job_has_one_of_the_peer() -> None:
    assert len(JOB) == len(STEPS)


def test_a_step_stands_beside_that_of_the_peer() -> None:
    ours, theirs = Result(3.0, 4.5, 200 * _MIB, 10), Result(2.0, 2.5, None, None)
    first = "step 0", "3.00 s", "4.50 s", "200 MiB", "2.00 s", "2.50 s", "", "1.50", "", ""
    assert _rows([ours], [theirs])[0] == list(first)


@pytest.mark.parametrize(("seconds", "ratio", "met"), [(3.0, "1.50", "yes"), (4.0, "1.75", "no")])
def test_all_of_it_is_judged_by_the_peer(seconds: float, ratio: str, met: str) -> None:
    ours = [Result(seconds, 1.0, 100 * _MIB, 1), Result(3.0, 1.5, 300 * _MIB, 1)]
    theirs = [Result(1.0, 2.0, 50 * _MIB, None), Result(3.0, 2.0, 900 * _MIB, None)]
    row = _rows(ours, theirs)[2]
    assert row[:4] == ["all of it", f"{seconds + 3:.2f} s", "2.50 s", "300 MiB"]
    assert row[4:] == ["4.00 s", "4.00 s", "900 MiB", ratio, "1.6", met]


def test_the_databases_are_compared_by_size() -> None:
    one = [Result(1.0, 1.0, None, None)]
    row = _rows(one, one)[-1]
    assert row == ["size of the database", "3 MB", "", "", "2 MB", "", "", "1.50", "", ""]
