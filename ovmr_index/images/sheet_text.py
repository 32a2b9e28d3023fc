"""Text on a contact sheet: what the font lacks is escaped, what is long is wrapped."""

import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from typing import Any

from PIL import ImageFont

_NOBODYS = "\U0010ffff"  # a character that no font has


@cache
def font(size: int) -> Any:
    """Return Pillow's own font, a line of which is about so many pixels high."""
    return ImageFont.load_default(size=size)


def drawable(text: str) -> str:
    """Return a text in signs that the font has, others as Python escapes them."""
    signs = unicodedata.normalize("NFC", text)
    return "".join(one if _is_drawn(one) else _escaped(one) for one in signs)


def wrapped(text: str, size: int, width: int, lines: int) -> list[str]:
    """Return a text in lines of at most `width` pixels, the last of which may end in an ellipsis.

    It is broken at its spaces, and within words that are wider than a line.
    """
    found: list[str] = []
    for word in drawable(text).split():
        if len(found) > lines:
            break
        rest = word
        joined = f"{found[-1]} {rest}" if found else rest
        if found and _fits(joined, size, width):
            found[-1] = joined
            continue
        while len(found) <= lines and not _fits(rest, size, width):
            head = _head(rest, size, width)
            found.append(head)
            rest = rest[len(head) :]
        found.append(rest)
    if len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and not _fits(f"{last}…", size, width):
        last = last[:-1]
    return [*found[: lines - 1], f"{last}…"]


def _head(word: str, size: int, width: int) -> str:
    """Return the longest beginning of a word that fits, at least its first sign."""
    longer = range(2, len(word) + 1)
    fitting = bisect_right(longer, 0, key=lambda length: not _fits(word[:length], size, width))
    return word[: 1 + fitting]


def _fits(text: str, size: int, width: int) -> bool:
    return bool(font(size).getlength(text) <= width)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


@lru_cache(4096)
def _is_drawn(sign: str) -> bool:
    if sign == " ":
        return True
    return sign.isprintable() and _mask(sign) != _mask(_NOBODYS)


def _mask(sign: str) -> tuple[tuple[int, int], bytes]:
    mask = font(16).getmask(sign)
    return mask.size, bytes(mask)
