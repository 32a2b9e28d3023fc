"""The formats in which commands print a table, and the option that chooses one."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import typer

from ovmr_index.cli.errors import printable
from ovmr_index.cli.markdown_table import print_markdown
from ovmr_index.cli.output import Columns, Rows, print_table
from ovmr_index.db.query_text import csv_lines, plain_value

Format = Literal["table", "json", "jsonl", "csv", "markdown"]
Form = Annotated[
    Format, typer.Option("--format", help="How to print the table; json is what --json prints.")
]
Records = Sequence[Mapping[str, Any]]

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def print_rows(
    form: Format, columns: Columns, rows: Rows, *, bar: str | None = None, csv_safe: bool = False
) -> None:
    """Print rows as they come.

    Args:
        form: The format.
        columns: The names of the columns.
        rows: The values of each row.
        bar: The column whose numbers have bars beside them on a terminal.
        csv_safe: Whether CSV has an apostrophe before text that a spreadsheet would run.
    """
    if form == "table":
        print_table(columns, rows, bar=bar)
    elif form == "csv":
        _print_csv(columns, rows, safe=csv_safe)
    else:
        _PRINTERS[form](columns, rows)


def print_records(form: Format, columns: Columns, records: Records) -> None:
    """Print objects as rows; `columns` are named where there is no object.

    A list or an object within one is JSON text in CSV.
    """
    names = list(dict.fromkeys(name for record in records for name in record)) or columns
    rows: Iterable[list[Any]] = ([record.get(name) for name in names] for record in records)
    if form == "csv":
        rows = ([*map(_flat, row)] for row in rows)
    print_rows(form, names, rows)


def _flat(value: Any) -> Any:
    import json

    return json.dumps(value) if isinstance(value, Mapping | list | tuple) else value


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
    "json": _print_json_rows,
    "jsonl": _print_json_lines,
    "markdown": print_markdown,
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
