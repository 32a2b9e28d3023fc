"""What the commands print: messages, tables that stream, JSON."""

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple, TextIO

from ovmr_index.cli.colours import Style, styled
from ovmr_index.cli.errors import message_line, printable
from ovmr_index.cli.fitted_table import print_fitted
from ovmr_index.cli.terminal import terminal
from ovmr_index.db.query_text import shown_value

_ROWS_FOR_WIDTHS = 200
CELL = 120  # characters of a table's cell

Columns = Sequence[str]
Rows = Iterable[Sequence[Any]]


def say(message: str, style: Style | None = None) -> None:
    """Print a line for people on standard error."""
    print(styled(message_line(message), style, sys.stderr), file=sys.stderr)


def show(line: str = "") -> None:
    """Print a line of the answer on standard output."""
    print(message_line(line))


def print_json(data: object, file: TextIO | None = None) -> None:
    """Print data as JSON, on standard output or to `file`."""
    import json

    print(json.dumps(data, indent=2), file=file)


def print_table(columns: Columns, rows: Rows, *, bar: str | None = None) -> None:
    """Print rows under the names of their columns, numbers to the right.

    On a terminal the table fits its width, and the numbers of the column `bar` have bars. Elsewhere
    rows stream: the first 200 make the widths, and a later value that is wider pushes its line.
    Values longer than 120 characters are cut.
    """
    if screen := terminal():
        print_fitted(screen, columns, rows, bar)
        return
    lines = ([_cell(value) for value in row] for row in rows)
    head = list(islice(lines, _ROWS_FOR_WIDTHS))
    names = [_Cell(cut(name), is_number=None) for name in columns]
    forms = [_aligned([name, *cells]) for name, *cells in zip(names, *head, strict=True)]
    rules = [_Cell("-" * len(form("")), is_number=None) for form in forms]
    title = "  ".join(form(cell.text) for form, cell in zip(forms, names, strict=True)).rstrip()
    print(styled(title, "heading", sys.stdout))
    for line in chain((rules,), head, lines):
        print("  ".join(form(cell.text) for form, cell in zip(forms, line, strict=True)).rstrip())


class _Cell(NamedTuple):
    """A value as a table shows it; `is_number` is None where it says nothing of its column."""

    text: str
    is_number: bool | None


def _cell(value: Any) -> _Cell:
    """Return the cell of a value, which may be thousands of times as large."""
    if value is None:
        return _Cell("NULL", is_number=None)
    head = value[: CELL + 1] if isinstance(value, str | bytes) else value
    return _Cell(cut(str(shown_value(head))), is_number=isinstance(value, int | float))


def cut(text: str) -> str:
    """Return a text in one line, of at most 120 characters."""
    line = printable(text[: CELL + 1])
    return line if len(line) <= CELL else f"{line[: CELL - 3]}..."


def _aligned(cells: Sequence[_Cell]) -> Callable[[str], str]:
    """Return a function that makes the cells of a column equally wide, numbers to the right."""
    width = max(len(cell.text) for cell in cells)
    known = [cell.is_number for cell in cells if cell.is_number is not None]
    is_numeric = bool(known) and all(known)
    return lambda text: text.rjust(width) if is_numeric else text.ljust(width)
