"""How notes name categories and synsets: in one line, however many and however long they are."""

from collections.abc import Mapping, Sequence

from ovmr_index.errors import shortened

_SHOWN = 20
_SHOWN_PARTS = 200


def listed(names: Sequence[str], most: int = _SHOWN) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - most
    first = ", ".join(map(shortened, names[:most]))
    return first + (f", and {more:,} more" if more > 0 else "")


def describe_parts(synsets: Mapping[str, str]) -> str:
    """Return a note of the names, with their synsets, that a part of the name alone means."""
    found = [f"{shortened(name)!r} is {synset}" for name, synset in synsets.items()]
    return f"found by a part of the name alone: {listed(found, _SHOWN_PARTS)}"
