"""What a check finds: something wrong, or something that is good to know."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A line that says what is wrong and what to type, or, where it `is_note`, what is no fault."""

    text: str
    is_note: bool = False


def note(text: str) -> Finding:
    """Return a finding that is no fault of the index."""
    return Finding(text, is_note=True)


def named(names: list[str], few: int = 3) -> str:
    """Return the first names of a list, and how many more there are."""
    more = f" and {len(names) - few:,} more" if len(names) > few else ""
    return ", ".join(names[:few]) + more
