"""The table of a benchmark, in Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.results import Result
from benchmarks.steps import JOB, Step
from benchmarks.yardsticks import LOAD_TRAIN, Yardstick
from ovmr_index.db.session import Session
from ovmr_index.db.size import stored_bytes

# The published scripts need 935 s where `json.load` of LVIS train takes 28.4 s.
SCRIPTS, THEIR_LOAD = 935.0, 28.4
SCRIPTS_TARGET = 30  # times as fast
INDEX_TARGET = 1.0
TEXTS = {"engine", "step", "yardstick", "met"}  # headings of columns that hold no numbers
INDEXED = ("lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "VisualGenome/objects.json")


class Row(NamedTuple):
    """The cells of a row, as text; a cell that has no meaning for it is empty."""

    step: str
    amount: str
    cpu: str = ""
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
    cpu="CPU",
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
    row = Row(step.name, seconds_text(result.seconds), seconds_text(result.cpu))
    row = row._replace(memory=memory_text(result.memory))
    if result.records is not None:
        rate = f"{result.records / result.seconds:,.0f}"
        row = row._replace(records=f"{result.records:,} {step.unit}", rate=rate)
    if step.yardstick is not None:
        ratio = result.seconds / measured[step.yardstick]
        of_yardstick = seconds_text(measured[step.yardstick])
        row = row._replace(yardstick=step.yardstick.name, of_yardstick=of_yardstick)
        return _judged(row, ratio, step.target)
    if step.target is not None:
        met = met_text(result.seconds, step.target)
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
        amount=seconds_text(seconds),
        cpu=seconds_text(sum(result.cpu for result in results[: len(JOB)])),
        yardstick="the published scripts, scaled by `json.load`",
        of_yardstick=seconds_text(scripts),
        ratio=f"1/{scripts / seconds:.1f}",
        target=f"1/{SCRIPTS_TARGET}",
        met=met_text(seconds, scripts / SCRIPTS_TARGET),
    )


def index_row(root: Path, db: str | None = None) -> Row:
    """Return the row of the index's size beside that of the JSON files that it was made from."""
    size = _size_in(root, db) if db else (root / "ovmr.db").stat().st_size
    files = sum((root / file).stat().st_size for file in INDEXED)
    row = Row("size of the index", size_text(size))
    row = row._replace(yardstick="the three JSON files", of_yardstick=size_text(files))
    return _judged(row, size / files, INDEX_TARGET)


def _size_in(root: Path, db: str) -> int:
    """Return the size in bytes of an index in PostgreSQL."""
    session = Session(root, db)
    with session.read() as connection:
        return stored_bytes(connection, session.location)


def _judged(row: Row, ratio: float, target: float | None) -> Row:
    row = row._replace(ratio=f"{ratio:.2f}")
    return (
        row if target is None else row._replace(target=f"{target:g}", met=met_text(ratio, target))
    )


def met_text(value: float, target: float) -> str:
    """Return whether a value is at most its target."""
    return "yes" if value <= target else "no"


def seconds_text(seconds: float) -> str:
    """Return seconds with their unit."""
    return f"{seconds:.2f} s"


def size_text(size: int) -> str:
    """Return the size of a file with its unit."""
    return f"{size / 1e6:,.0f} MB"


def memory_text(memory: int | None) -> str:
    """Return bytes of memory with their unit, nothing for what is not known."""
    return "" if memory is None else f"{memory / (1 << 20):,.0f} MiB"


def as_markdown(rows: Sequence[tuple[str, ...]], headings: Sequence[str] = HEADINGS) -> str:
    """Return rows as a table, numbers to the right."""
    rule = ["---" if heading in TEXTS else "---:" for heading in headings]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, rule, *rows))
