"""Tables in Markdown, with pipes between their columns."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from ovmr_index.cli.errors import printable
from ovmr_index.cli.terminal import padded, width_of
from ovmr_index.db.query_text import shown_value

_ROWS_FOR_WIDTHS = 200
_LEAST = 3  # dashes of a rule
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_MARKS = re.compile(r"[\\|`*<&\[]|(?<!\w)_|_(?!\w)")  # a `_` within a word means nothing


def print_markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as a table of GitHub's Markdown, whole, numbers to the right.

    What has a meaning in Markdown stands behind a backslash, a line ends with `<br>`, and a NULL is
    empty. The first 200 rows make the widths.
    """
    following = iter(rows)
    head = list(islice(following, _ROWS_FOR_WIDTHS))
    names = [_text(name) for name in columns]
    seen = [[_text(value) for value in row] for row in head]
    widths = [max(_LEAST, *map(width_of, cells)) for cells in zip(names, *seen, strict=True)]
    right = [_is_numeric(values) for values in zip(*head, strict=True)] or [False] * len(names)
    rules = [
        "-" * (width - 1) + (":" if is_right else "-")
        for width, is_right in zip(widths, right, strict=True)
    ]
    for line in chain((names, rules), seen, (map(_text, row) for row in following)):
        placed = zip(line, widths, right, strict=True)
        cells = (padded(text, width, right=is_right) for text, width, is_right in placed)
        print(f"| {' | '.join(cells)} |")


def _text(value: Any) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    lines = _LINE_ENDS.split(str(shown_value(value)).strip())
    return "<br>".join(_MARKS.sub(r"\\\g<0>", printable(line)) for line in lines)


def _is_numeric(values: Iterable[Any]) -> bool:
    """Whether a column has numbers alone, beside what is NULL."""
    known = [value for value in values if value is not None]
    return bool(known) and all(map(_is_number, known))


def _is_number(value: Any) -> bool:
    """Whether a value is a number, or text that was made of one to have fewer digits."""
    if isinstance(value, str):
        return value.strip().removeprefix("-").replace(".", "", 1).isdecimal()
    return isinstance(value, int | float)
