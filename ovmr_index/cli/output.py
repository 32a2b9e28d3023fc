"""What the commands print: messages, tables that stream, JSON."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Literal, NamedTuple, TextIO

from ovmr_index.cli.errors import message_line, printable
from ovmr_index.cli.fitted_table import print_fitted
from ovmr_index.cli.terminal import terminal
from ovmr_index.db.query_text import csv_lines, plain_value

Format = Literal["table", "json", "jsonl", "csv"]

_ROWS_FOR_WIDTHS = 200
_CELL = 120  # characters of a table's cell
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Columns = Sequence[str]
Rows = Iterable[Sequence[Any]]


def say(message: str) -> None:
    """Print a line for people on standard error."""
    print(message_line(message), file=sys.stderr)


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
    for line in chain((names, rules), head, lines):
        print("  ".join(form(cell.text) for form, cell in zip(forms, line, strict=True)).rstrip())


class _Cell(NamedTuple):
    """A value as a table shows it; `is_number` is None where it says nothing of its column."""

    text: str
    is_number: bool | None


def _cell(value: Any) -> _Cell:
    """Return the cell of a value, which may be thousands of times as large."""
    if value is None:
        return _Cell("NULL", is_number=None)
    head = value[: _CELL + 1] if isinstance(value, str | bytes) else value
    return _Cell(cut(str(plain_value(head))), is_number=isinstance(value, int | float))


def cut(text: str) -> str:
    """Return a text in one line, of at most 120 characters."""
    line = printable(text[: _CELL + 1])
    return line if len(line) <= _CELL else f"{line[: _CELL - 3]}..."


def _aligned(cells: Sequence[_Cell]) -> Callable[[str], str]:
    """Return a function that makes the cells of a column equally wide, numbers to the right."""
    width = max(len(cell.text) for cell in cells)
    known = [cell.is_number for cell in cells if cell.is_number is not None]
    is_numeric = bool(known) and all(known)
    return lambda text: text.rjust(width) if is_numeric else text.ljust(width)


def print_rows(form: Format, columns: Columns, rows: Rows, *, csv_safe: bool = False) -> None:
    """Print the answer to a query as it comes."""
    if form == "csv":
        _print_csv(columns, rows, safe=csv_safe)
    else:
        _PRINTERS[form](columns, rows)


def _print_json_rows(columns: Columns, rows: Rows) -> None:
    between = "["
    for line in _json_lines(columns, rows):
        print(f"{between}{line}", end="")
        between = ",\n "
    print("[]" if between == "[" else "]")


def _print_json_lines(columns: Columns, rows: Rows) -> None:
    for line in _json_lines(columns, rows):
        print(line)


def _print_csv(columns: Columns, rows: Rows, *, safe: bool) -> None:
    """Print CSV; escape codes go to files and pipes as they are, and never to a terminal."""
    shown = printable if sys.stdout.isatty() else str
    quoted = _without_formula if safe else str
    sys.stdout.writelines(csv_lines(columns, rows, lambda text: shown(quoted(text))))


def _without_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{text}" if text.startswith(_FORMULAS) else text


_PRINTERS: dict[Format, Callable[[Columns, Rows], None]] = {
    "table": print_table,
    "json": _print_json_rows,
    "jsonl": _print_json_lines,
}


def _json_lines(columns: Columns, rows: Rows) -> Iterator[str]:
    import json

    names = _distinct(columns)
    for row in rows:
        yield json.dumps(dict(zip(names, map(plain_value, row), strict=True)))


def _distinct(columns: Columns) -> list[str]:
    """Number the columns that share a name, since an object has each key once."""
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return names
