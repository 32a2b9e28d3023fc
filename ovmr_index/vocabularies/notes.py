"""How notes name categories and synsets: in one line, however many and however long they are."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ovmr_index.errors import folded, shortened

_SHOWN = 20
_SHOWN_PARTS = 200


def listed(names: Sequence[str], most: int = _SHOWN) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - most
    first = ", ".join(map(shortened, names[:most]))
    return first + (f", and {more:,} more" if more > 0 else "")


def alike_names(names: Iterable[str]) -> list[str]:
    """Return a note of the names that one would take for others among them, if there are any.

    They differ in case, in signs that separate words, or in the form of their letters alone.
    """
    by_folded: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        by_folded.setdefault(folded(name), []).append(name)
    alike = [_written(some) for some in by_folded.values() if some[1:]]
    return [f"names that are alike, each a category of its own: {listed(alike)}"] if alike else []


def _written(names: Sequence[str]) -> str:
    """Return names so that one sees how they differ."""
    looks = {unicodedata.normalize("NFC", name) for name in names}
    write = repr if len(looks) == len(names) else ascii
    return " and ".join(write(shortened(name)) for name in names)


def describe_parts(synsets: Mapping[str, str]) -> str:
    """Return a note of the names, with their synsets, that a part of the name alone means."""
    found = [f"{shortened(name)!r} is {synset}" for name, synset in synsets.items()]
    return f"found by a part of the name alone: {listed(found, _SHOWN_PARTS)}"
