"""The table of ovmr-index and its peer, step by step, in Markdown."""

from collections.abc import Sequence

from benchmarks.results import Result
from benchmarks.table import as_markdown, memory_text, met_text, seconds_text, size_text

TARGET = 1.6  # times the seconds of the peer
HEADINGS = (
    *("step", "ovmr-index", "CPU", "peak memory"),
    *("by hand in DuckDB", "CPU", "peak memory", "ratio", "target", "met"),
)

Cells = tuple[str, ...]


def both_as_markdown(
    names: Sequence[str],
    ours: Sequence[Result],
    theirs: Sequence[Result],
    sizes: tuple[int, int],
) -> str:
    """Return a row for each step, one for all of them and one of both databases' `sizes`."""
    rows = [_row(*one) for one in zip(names, ours, theirs, strict=True)]
    all_of_it = _row("all of it", _together(ours), _together(theirs), TARGET)
    return as_markdown([*rows, all_of_it, _size_row(*sizes)], HEADINGS)


def _together(results: Sequence[Result]) -> Result:
    """Return what all took: seconds added up, and of memory the most."""
    seconds, cpu = sum(one.seconds for one in results), sum(one.cpu for one in results)
    peaks = [one.memory for one in results if one.memory is not None]
    return Result(seconds, cpu, max(peaks, default=None), None)


def _row(name: str, ours: Result, theirs: Result, target: float | None = None) -> Cells:
    ratio = ours.seconds / theirs.seconds
    judged = ("", "") if target is None else (f"{target:g}", met_text(ratio, target))
    return name, *_amounts(ours), *_amounts(theirs), f"{ratio:.2f}", *judged


def _amounts(one: Result) -> Cells:
    return seconds_text(one.seconds), seconds_text(one.cpu), memory_text(one.memory)


def _size_row(ours: int, theirs: int) -> Cells:
    sizes = (size_text(ours), "", "", size_text(theirs), "", "")
    return "size of the database", *sizes, f"{ours / theirs:.2f}", "", ""
