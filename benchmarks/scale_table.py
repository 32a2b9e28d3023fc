"""The tables of the benchmark of scale: what was measured, and the lines through it."""

from collections.abc import Iterable, Sequence
from statistics import linear_regression, mean
from typing import NamedTuple

from benchmarks.table import as_markdown, memory_text

FAR = 10_000_000_000  # boxes that a line is followed to
_MILLION = 1_000_000


class Measured(NamedTuple):
    """What a step took over so many boxes: seconds and peak of memory in bytes, or a size."""

    boxes: int
    engine: str
    step: str
    seconds: float | None
    memory: int | None
    size: int | None

    def cell(self) -> str:
        """Return what was measured, as text."""
        if self.size is not None:
            return f"{self.size / 1e6:,.0f} MB"
        return f"{self.seconds or 0:,.1f} s"


class Line(NamedTuple):
    """What grows with the boxes: `fixed`, and `each` a box more."""

    fixed: float
    each: float

    def at(self, boxes: int) -> float:
        """Return what so many boxes take."""
        return self.fixed + self.each * boxes


def line_through(points: Sequence[tuple[int, float]]) -> Line:
    """Return the line that comes closest to (boxes, seconds or bytes), at least two of them.

    The deviation of each counts as a share of its boxes, so that the largest does not decide
    alone. It has no negative part that is fixed, and is then the line through the origin; and none
    that falls: what took less with more boxes does not grow with them.
    """
    inverse = [1 / boxes for boxes, _ in points]
    fit = linear_regression(inverse, [amount / boxes for boxes, amount in points])
    if fit.intercept < 0:
        return Line(mean(amount for _, amount in points), 0)
    if fit.slope < 0:
        return Line(0, mean(amount / boxes for boxes, amount in points))
    return Line(fit.slope, fit.intercept)


def as_tables(measured: Iterable[Measured]) -> str:
    """Return a table of what was measured, and one of the lines where there are two numbers."""
    rows = sorted(measured, key=lambda one: one.boxes)
    boxes = sorted({one.boxes for one in rows})
    steps = list(dict.fromkeys((one.engine, one.step) for one in rows))
    found = {one[:3]: one for one in rows}
    took = [(*step, *_cells(found, boxes, step)) for step in steps]
    headings = ("engine", "step", *(f"{count:,} boxes" for count in boxes))
    tables = [as_markdown(took, headings)]
    if len(boxes) > 1:
        lines = [_line_row(step, [one for one in rows if one[1:3] == step]) for step in steps]
        tables.append(as_markdown([row for row in lines if row], _LINE_HEADINGS))
    return "\n\n".join(tables)


_LINE_HEADINGS = ("engine", "step", "fixed", "a million boxes", "at 10 billion boxes")


def _cells(
    found: dict[tuple[int, str, str], Measured], boxes: Sequence[int], step: tuple[str, str]
) -> list[str]:
    measured = [found.get((count, *step)) for count in boxes]
    return [_cell(one) if one else "" for one in measured]


def _cell(one: Measured) -> str:
    return f"{one.cell()}, {memory_text(one.memory)}" if one.memory else one.cell()


def _line_row(step: tuple[str, str], rows: Sequence[Measured]) -> tuple[str, ...] | None:
    """Return the line of a step, None where it was measured for one number of boxes alone."""
    if len(rows) < 2:
        return None
    is_size = rows[0].size is not None
    line = line_through([(one.boxes, one.size or one.seconds or 0) for one in rows])
    if is_size:
        amounts = (f"{line.fixed / 1e6:,.0f} MB", f"{line.each * _MILLION / 1e6:,.1f} MB")
        return (*step, *amounts, f"{line.at(FAR) / 1e12:,.2f} TB")
    amounts = (f"{line.fixed:,.1f} s", f"{line.each * _MILLION:,.2f} s")
    return (*step, *amounts, f"{line.at(FAR) / 3600:,.1f} h")
