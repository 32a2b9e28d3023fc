"""The table of a benchmark, in Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.results import Result
from benchmarks.steps import JOB, Step
from benchmarks.yardsticks import LOAD_TRAIN, Yardstick

# The published scripts need 935 s where `json.load` of LVIS train takes 28.4 s.
SCRIPTS, THEIR_LOAD = 935.0, 28.4
SCRIPTS_TARGET = 12  # times as fast
INDEX_TARGET = 1.2
INDEXED = ("lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "VisualGenome/objects.json")


class Row(NamedTuple):
    """The cells of a row, as text; a cell that has no meaning for it is empty."""

    step: str
    amount: str
    records: str = ""
    rate: str = ""
    memory: str = ""
    yardstick: str = ""
    of_yardstick: str = ""
    ratio: str = ""
    target: str = ""
    met: str = ""


HEADINGS = Row(
    step="step",
    amount="took",
    records="records",
    rate="a second",
    memory="peak memory",
    yardstick="yardstick",
    of_yardstick="took",
    ratio="ratio",
    target="target",
    met="met",
)


def step_rows(
    steps: Sequence[Step], results: Sequence[Result], measured: Mapping[Yardstick, float]
) -> list[Row]:
    """Return a row for each step and its result."""
    return [_step_row(step, result, measured) for step, result in zip(steps, results, strict=True)]


def _step_row(step: Step, result: Result, measured: Mapping[Yardstick, float]) -> Row:
    row = Row(step.name, _seconds(result.seconds))
    if result.memory is not None:
        row = row._replace(memory=f"{result.memory / (1 << 20):,.0f} MiB")
    if result.records is not None:
        rate = f"{result.records / result.seconds:,.0f}"
        row = row._replace(records=f"{result.records:,} {step.unit}", rate=rate)
    if step.yardstick is not None:
        ratio = result.seconds / measured[step.yardstick]
        of_yardstick = _seconds(measured[step.yardstick])
        row = row._replace(yardstick=step.yardstick.name, of_yardstick=of_yardstick)
        return _judged(row, ratio, step.target)
    if step.target is not None:
        met = _met(result.seconds, step.target)
        return row._replace(target=f"{step.target:g} s", met=met)
    return row


def job_row(results: Sequence[Result], measured: Mapping[Yardstick, float]) -> Row:
    """Return the row of all of it, ingest and export, beside the published scripts.

    Their seconds are scaled by what `json.load` of LVIS train took in this run. `results` begin
    with those of `JOB`.
    """
    seconds = sum(result.seconds for result in results[: len(JOB)])
    scripts = SCRIPTS * measured[LOAD_TRAIN] / THEIR_LOAD
    return Row(
        step=f"all of it: the first {len(JOB)} rows",
        amount=_seconds(seconds),
        yardstick="the published scripts, scaled by `json.load`",
        of_yardstick=_seconds(scripts),
        ratio=f"1/{scripts / seconds:.1f}",
        target=f"1/{SCRIPTS_TARGET}",
        met=_met(seconds, scripts / SCRIPTS_TARGET),
    )


def index_row(root: Path) -> Row:
    """Return the row of the index's size beside that of the JSON files that it was made from."""
    size = (root / "ovmr.db").stat().st_size
    files = sum((root / file).stat().st_size for file in INDEXED)
    row = Row("size of the index", _megabytes(size))
    row = row._replace(yardstick="the three JSON files", of_yardstick=_megabytes(files))
    return _judged(row, size / files, INDEX_TARGET)


def _judged(row: Row, ratio: float, target: float | None) -> Row:
    row = row._replace(ratio=f"{ratio:.2f}")
    return row if target is None else row._replace(target=f"{target:g}", met=_met(ratio, target))


def _met(value: float, target: float) -> str:
    return "yes" if value <= target else "no"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def as_markdown(rows: Sequence[Row]) -> str:
    """Return rows as a table, numbers to the right."""
    texts = {"step", "yardstick", "met"}
    rule = Row(*("---" if field in texts else "---:" for field in Row._fields))
    return "\n".join(f"| {' | '.join(row)} |" for row in (HEADINGS, rule, *rows))
