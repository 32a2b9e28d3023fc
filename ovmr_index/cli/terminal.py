"""The terminal that standard output goes to, and how wide a text is on it."""

import shutil
import sys
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_DRAWN = "█▏…"
_WITHOUT_WIDTH = {"Mn", "Me", "Cf"}
_JAMO = range(0x1160, 0x1200)  # vowels and finals, which are drawn into the syllable before them


class Terminal(NamedTuple):
    """What a person reads on: its width in columns, and whether it can draw blocks and `…`."""

    columns: int
    draws: bool

    @property
    def ellipsis(self) -> str:
        """What is in the place of a text that was cut."""
        return "…" if self.draws else "..."

    def fit(self, text: str, columns: int) -> str:
        """Return a text in at most so many columns; a path is cut in its middle, others at the end.

        The end of a path tells it from others.
        """
        if width_of(text) <= columns:
            return text
        mark = self.ellipsis[:columns]
        left = columns - len(mark)
        tail = _beginning(text[::-1], left // 2)[::-1] if "/" in text else ""
        return f"{_beginning(text, left - width_of(tail))}{mark}{tail}"


def terminal() -> Terminal | None:
    """Return the terminal of standard output, None where a program reads it."""
    if not sys.stdout.isatty():
        return None
    try:
        _DRAWN.encode(sys.stdout.encoding)
        draws = True
    except UnicodeEncodeError:
        draws = False
    return Terminal(shutil.get_terminal_size().columns, draws)


def width_of(text: str) -> int:
    """Return how many columns a text takes: wide characters two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, columns: int, *, right: bool) -> str:
    """Return a text with spaces to be so many columns wide, set to the right or to the left."""
    spaces = " " * (columns - width_of(text))
    return spaces + text if right else text + spaces


@lru_cache(4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_WIDTH or ord(character) in _JAMO:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _beginning(text: str, columns: int) -> str:
    """Return as much of the beginning of a text as so many columns hold, marks with their letters.

    A reversed text has a mark before its letter.
    """
    taken = 0
    for place, character in enumerate(text):
        taken += _width(character)
        if taken > columns:
            return text[:place].rstrip()
    return text
