"""What the commands print: messages, tables that stream, JSON."""

import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Literal

from ovmr_index.cli.errors import printable

Format = Literal["table", "json", "jsonl", "csv"]

_ROWS_FOR_WIDTHS = 200

Columns = Sequence[str]
Rows = Iterable[Sequence[Any]]


def say(message: str) -> None:
    """Print a line for people on standard error."""
    print(printable(message), file=sys.stderr)


def show(line: str = "") -> None:
    """Print a line of the answer on standard output."""
    print(printable(line))


def print_json(data: object) -> None:
    """Print data as JSON."""
    print(json.dumps(data, indent=2))


def print_table(columns: Columns, rows: Rows) -> None:
    """Print rows under the names of their columns, numbers to the right.

    Rows stream: the first 200 make the widths, and a later value that is wider pushes its line.
    """
    following = iter(rows)
    head = list(islice(following, _ROWS_FOR_WIDTHS))
    aligned = [_aligned(name, [row[i] for row in head]) for i, name in enumerate(columns)]
    names = map(printable, columns)
    rules = ("-" * len(form("")) for form in aligned)
    lines = (map(_cell, row) for row in chain(head, following))
    for line in chain((names, rules), lines):
        print("  ".join(form(text) for form, text in zip(aligned, line, strict=True)).rstrip())


def _aligned(name: str, values: list[Any]) -> Callable[[str], str]:
    """Return a function that makes the cells of a column equally wide, numbers to the right."""
    width = max(len(text) for text in (printable(name), *map(_cell, values)))
    known = [value for value in values if value is not None]
    is_numeric = bool(known) and all(isinstance(value, int | float) for value in known)
    return lambda text: text.rjust(width) if is_numeric else text.ljust(width)


def print_rows(form: Format, columns: Columns, rows: Rows) -> None:
    """Print the answer to a query as it comes."""
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


def _print_csv(columns: Columns, rows: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)


_PRINTERS: dict[Format, Callable[[Columns, Rows], None]] = {
    "table": print_table,
    "json": _print_json_rows,
    "jsonl": _print_json_lines,
    "csv": _print_csv,
}


def _json_lines(columns: Columns, rows: Rows) -> Iterator[str]:
    names = _distinct(columns)
    for row in rows:
        yield json.dumps(dict(zip(names, map(_plain, row), strict=True)))


def _distinct(columns: Columns) -> list[str]:
    """Number the columns that share a name, since an object has each key once."""
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return names


def _plain(value: Any) -> Any:
    """Return a value as JSON and CSV can hold it: bytes as SQL writes them, infinities as text."""
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _cell(value: Any) -> str:
    return "NULL" if value is None else printable(str(_plain(value)))
