"""Bars beside the numbers of a table, in eighths of a column where the terminal can draw them."""

from collections.abc import Sequence
from typing import Any

from ovmr_index.cli.terminal import Terminal

_EIGHTHS = " ▏▎▍▌▋▊▉"


def bars(screen: Terminal, values: Sequence[Any], columns: int) -> list[str]:
    """Return a bar for each value, the largest of which is so many columns long.

    What is above 0 has a bar that can be seen, what is no number or not above 0 has none.
    """
    numbers = [value if isinstance(value, int | float) else 0 for value in values]
    most = max(numbers, default=0)
    return [_bar(screen, number / most * columns) if number > 0 else "" for number in numbers]


def _bar(screen: Terminal, length: float) -> str:
    if not screen.draws:
        return "#" * max(1, round(length))
    whole, rest = divmod(max(1, round(length * 8)), 8)
    return "█" * whole + _EIGHTHS[rest].strip()
