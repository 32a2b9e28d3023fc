"""Rows of the table: ratios, targets, what has no meaning for a step."""

from pathlib import Path

import pytest

from benchmarks.results import Result
from benchmarks.steps import COLLATE, JOB, STEPS, Step
from benchmarks.table import Row, as_markdown, index_row, job_row, step_rows
from benchmarks.yardsticks import LOAD_TRAIN


def _row(step: Step, result: Result) -> Row:
    return step_rows([step], [result], {LOAD_TRAIN: 30.0})[0]


@pytest.mark.parametrize(("seconds", "met"), [(3.5, "yes"), (3.7, "no")])
def test_a_step_is_judged_by_its_yardstick(seconds: float, met: str) -> None:
    row = _row(COLLATE, Result(seconds, 12.5, 100 << 20, 9_000))
    assert row.yardstick == LOAD_TRAIN.name
    assert (row.of_yardstick, row.target, row.met) == ("30.00 s", "0.12", met)
    assert (row.records, row.memory) == ("9,000 exemplars", "100 MiB")
    assert (row.amount, row.cpu) == (f"{seconds:.2f} s", "12.50 s")
    assert row.ratio == f"{seconds / 30:.2f}"


@pytest.mark.parametrize(("seconds", "met"), [(0.99, "yes"), (1.01, "no")])
def test_a_question_is_judged_by_its_seconds(seconds: float, met: str) -> None:
    step = Step(name="question", arguments=(), target=1.0)
    assert _row(step, Result(seconds, 0.5, None, None)) == Row(
        "question", f"{seconds:.2f} s", "0.50 s", target="1 s", met=met
    )


def test_a_step_without_a_target_is_not_judged() -> None:
    row = _row(Step(name="look", arguments=(), yardstick=LOAD_TRAIN), Result(3.0, 3.0, None, None))
    assert (row.ratio, row.target, row.met) == ("0.10", "", "")


@pytest.mark.parametrize(("each", "ratio", "met"), [(2.0, "1/42.5", "yes"), (4.0, "1/21.2", "no")])
def test_all_of_it_is_judged_by_the_published_scripts(each: float, ratio: str, met: str) -> None:
    row = job_row([Result(each, 2 * each, None, None)] * len(STEPS), {LOAD_TRAIN: 28.4})
    assert len(JOB) == 11
    assert (row.of_yardstick, row.ratio, row.met) == ("935.00 s", ratio, met)
    assert row.cpu == f"{22 * each:.2f} s"


def test_the_index_is_judged_by_the_files(tmp_path: Path) -> None:
    for name in ("lvis", "VisualGenome"):
        (tmp_path / name).mkdir()
    for name in ("lvis_v1_train.json", "lvis_v1_val.json", "../VisualGenome/objects.json"):
        (tmp_path / "lvis" / name).write_bytes(bytes(1_000_000))
    (tmp_path / "ovmr.db").write_bytes(bytes(6_000_000))
    row = index_row(tmp_path)
    assert (row.amount, row.of_yardstick, row.ratio, row.met) == ("6 MB", "3 MB", "2.00", "no")


def test_lines_of_the_table_have_a_cell_for_each_heading() -> None:
    lines = as_markdown([Row("one", "1.00 s")]).splitlines()
    assert len(lines) == 3
    assert {line.count("|") for line in lines} == {len(Row._fields) + 1}
