"""Tables that fit the width of a terminal, with bars beside numbers."""

import sys
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from ovmr_index.cli.colours import style_of_state, styled
from ovmr_index.cli.errors import printable
from ovmr_index.cli.table_bars import bars
from ovmr_index.cli.terminal import Terminal, padded, width_of
from ovmr_index.db.query_text import shown_value

_ROWS_FOR_WIDTHS = 200
_CHARACTERS = 8  # of a value that are looked at for each column of the terminal
_GAP, _NULL = "  ", "NULL"
_LEAST_TEXT, _LEAST_NAME, _LEAST_BAR, _LONGEST_BAR = 8, 5, 6, 24  # columns of the terminal


class _Cell(NamedTuple):
    """A value in one line, whole; a NULL is no number."""

    text: str
    is_number: bool


class _Column(NamedTuple):
    """A column: its name, its width, its alignment, and how narrow it may become.

    `whole` is what leaves its values whole, though not its name; `least` leaves them legible.
    """

    name: str
    width: int
    whole: int
    least: int
    right: bool


_Line = Sequence[_Cell]


def print_fitted(
    screen: Terminal, names: Sequence[str], rows: Iterable[Sequence[Any]], bar: str | None
) -> None:
    """Print rows in the width of a terminal: texts are cut, numbers never.

    The first 200 rows make the widths. Where the columns do not fit, each row is printed as a list
    of its values.

    Args:
        screen: The terminal.
        names: Those of the columns.
        rows: The values of each row, which may come one by one where there is no `bar`.
        bar: The column whose numbers have bars beside them.
    """
    if bar is not None:
        _print_with_bars(screen, names, list(rows), list(names).index(bar))
        return
    following = iter(rows)
    head = [_cells(screen, row) for row in islice(following, _ROWS_FOR_WIDTHS)]
    lines = chain(head, (_cells(screen, row) for row in following))
    _print(screen, _columns(names, head), lines)


def _print_with_bars(
    screen: Terminal, names: Sequence[str], rows: Sequence[Sequence[Any]], place: int
) -> None:
    """Print rows with bars behind the column at a place."""
    lines = [_cells(screen, row) for row in rows]
    columns = _columns(names, lines[:_ROWS_FOR_WIDTHS])
    columns.insert(place + 1, _Column("", _LONGEST_BAR, _LEAST_BAR, _LEAST_BAR, right=False))
    fitted = _fitted(columns, screen.columns)
    longest = fitted[place + 1].width if fitted else max(1, screen.columns // 2 - len(_GAP))
    for line, text in zip(lines, bars(screen, [row[place] for row in rows], longest), strict=True):
        line.insert(place + 1, _Cell(text, is_number=False))
    _print(screen, columns, lines)


def _print(screen: Terminal, columns: Sequence[_Column], lines: Iterable[_Line]) -> None:
    """Print lines in columns, or each as a list where the columns do not fit."""
    if fitted := _fitted(columns, screen.columns):
        _print_columns(screen, fitted, lines)
    else:
        _print_lists(screen, [column.name for column in columns], lines)


def _cells(screen: Terminal, row: Sequence[Any]) -> list[_Cell]:
    return [_cell(screen, value) for value in row]


def _cell(screen: Terminal, value: Any) -> _Cell:
    """Return the cell of a value, which may be thousands of times as large as what can be seen."""
    if value is None:
        return _Cell(_NULL, is_number=False)
    seen = screen.columns * _CHARACTERS
    head = value[:seen] if isinstance(value, bytes) else value
    if isinstance(value, str) and len(value) > 2 * seen:
        head = value[:seen] + value[-seen:]
    return _Cell(printable(str(shown_value(head))), is_number=isinstance(value, int | float))


def _columns(names: Sequence[str], lines: Sequence[_Line]) -> list[_Column]:
    return [_column(printable(name), some) for name, *some in zip(names, *lines, strict=True)]


def _column(name: str, cells: _Line) -> _Column:
    """Return a column as wide as its cells, numbers to the right."""
    own, widest = width_of(name), max((width_of(one.text) for one in cells), default=0)
    numbers = [width_of(one.text) for one in cells if one.is_number]
    right = bool(numbers) and all(one.is_number or one.text == _NULL for one in cells)
    short = min(own, _LEAST_NAME)
    least = max(short, min(widest, _LEAST_TEXT), *numbers)
    return _Column(name, max(own, widest), max(short, widest), least, right)


def _fitted(columns: Sequence[_Column], width: int) -> list[_Column] | None:
    """Return columns that fit a width, None where none do.

    The widest become narrower first: bars and names, and where that does not do, texts.
    """
    left = width - len(_GAP) * (len(columns) - 1)
    natural, whole, least = zip(
        *((one.width, one.whole, one.least) for one in columns), strict=True
    )
    for widths, floors in ((natural, whole), (whole, least)):
        if sum(floors) <= left:
            narrowed = _narrowed(widths, floors, left)
            return [one._replace(width=new) for one, new in zip(columns, narrowed, strict=True)]
    return None


def _narrowed(widths: Sequence[int], floors: Sequence[int], left: int) -> list[int]:
    """Return widths whose sum is at most `left`, and none of which is below its floor."""
    narrowed = list(widths)
    while sum(narrowed) > left:
        spare = [
            (width, -place)
            for place, (width, floor) in enumerate(zip(narrowed, floors, strict=True))
            if width > floor
        ]
        narrowed[-max(spare)[1]] -= 1
    return narrowed


def _print_columns(screen: Terminal, columns: Sequence[_Column], lines: Iterable[_Line]) -> None:
    names = [_Cell(column.name, is_number=False) for column in columns]
    title = _GAP.join(_placed(screen, *both) for both in zip(columns, names, strict=True))
    print(styled(title.rstrip(), "heading", sys.stdout))
    rules = [_Cell("-" * column.width * bool(column.name), is_number=False) for column in columns]
    for line in chain((rules,), lines):
        texts = (
            _in_colour(column.name, cell, _placed(screen, column, cell))
            for column, cell in zip(columns, line, strict=True)
        )
        print(_GAP.join(texts).rstrip())


def _placed(screen: Terminal, column: _Column, cell: _Cell) -> str:
    text = cell.text if cell.is_number else screen.fit(cell.text, column.width)
    return padded(text, column.width, right=column.right)


def _in_colour(name: str, cell: _Cell, placed: str) -> str:
    return styled(placed, style_of_state(name, cell.text), sys.stdout)


def _print_lists(screen: Terminal, names: Sequence[str], lines: Iterable[_Line]) -> None:
    """Print each row as a list of its values under each other, with an empty line after each."""
    width = min(max(map(width_of, names), default=0), screen.columns // 2)
    left = max(1, screen.columns - width - len(_GAP))
    labels = [padded(screen.fit(name, width), width, right=False) for name in names]
    for line in lines:
        for name, label, cell in zip(names, labels, line, strict=True):
            text = cell.text if cell.is_number else screen.fit(cell.text, left)
            if name or text:
                value = _in_colour(name, cell, text)
                print(f"{styled(label, 'heading', sys.stdout)}{_GAP}{value}".rstrip())
        print()
