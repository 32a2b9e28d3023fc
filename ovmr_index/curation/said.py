"""What people say with a mark: why it was made, and who made it."""

from typing import Any, NamedTuple

from ovmr_index.errors import UsageError, shortened

LONGEST_NOTE = 10_000  # characters
LONGEST_AUTHOR = 200


class Said(NamedTuple):
    """What is kept beside a mark: a note and an author, None where nothing is said."""

    note: str | None = None
    author: str | None = None

    @classmethod
    def checked(cls, note: Any, author: Any) -> "Said":
        """Return a note and an author as they are kept; raises UsageError for what cannot be."""
        note, author = _text("note", note, LONGEST_NOTE), _text("author", author, LONGEST_AUTHOR)
        return cls(note, author)


def _text(what: str, text: Any, longest: int) -> str | None:
    """Return a text, None for an empty one."""
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise UsageError(f"the {what} is {shortened(repr(text))}; give text")
    if len(text) > longest:
        raise UsageError(f"the {what} has {len(text):,} characters; give at most {longest:,}")
    if "\0" in text:
        raise UsageError(f"the {what} holds a NUL character; remove it")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise UsageError(f"the {what} is no UTF-8; give it in UTF-8")
    return text
