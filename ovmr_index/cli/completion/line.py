"""A line as a shell reads it, up to the cursor: words without quotes, the last one unfinished."""

from collections.abc import Iterable
from dataclasses import dataclass

_SPACE = " \t\n"
_SPECIAL = frozenset(" \t!\"#$&'()*;<>?[\\]^`{|}~")
_IN_DOUBLE_QUOTES = frozenset('"$\\`')


@dataclass
class Word:
    """A word of a line.

    Attributes:
        text: The word without quotes and backslashes.
        quote: The quote that is open at its end, empty without one.
        kept: How many characters of the text stay when the shell puts in what is completed: bash
            replaces only what is behind the last colon or sign like it, or behind an open quote.
    """

    text: str = ""
    quote: str = ""
    kept: int = 0

    def completed(self, value: str) -> str:
        """Return what bash puts in the place of the word's end for a value."""
        rest = value[self.kept :]
        if self.quote == "'":
            return rest.replace("'", "'\\''")
        special = _IN_DOUBLE_QUOTES if self.quote else _SPECIAL
        return "".join(f"\\{sign}" if sign in special else sign for sign in rest)


def words_of(line: str, breaks: str = "") -> list[Word]:
    """Return the words of a line; the last one is empty where the line ends with a space.

    Args:
        line: The line up to the cursor.
        breaks: At which signs bash begins to complete within a word (`COMP_WORDBREAKS`).
    """
    words = [Word()]
    is_open = False  # whether the last word has begun
    signs = iter(line)
    for sign in signs:
        word = words[-1]
        if word.quote:
            _add_quoted(word, sign, signs)
        elif sign in _SPACE:
            if is_open:
                words.append(Word())
            is_open = False
            continue
        elif sign in "'\"":
            word.quote, word.kept = sign, len(word.text)
        else:
            word.text += next(signs, "") if sign == "\\" else sign
            if sign in breaks:
                word.kept = len(word.text)
        is_open = True
    return words


def _add_quoted(word: Word, sign: str, signs: Iterable[str]) -> None:
    """Add a sign within quotes to a word."""
    if sign == word.quote:
        word.quote = ""
        word.kept = 0
    elif sign == "\\" and word.quote == '"':
        following = next(iter(signs), "")
        word.text += following if following in _IN_DOUBLE_QUOTES else f"\\{following}"
    else:
        word.text += sign
