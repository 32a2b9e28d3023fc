"""The classes of a shipped table by name, and which table some names are from."""

from collections.abc import Iterable, Sequence
from typing import Self

from ovmr_index.errors import folded
from ovmr_index.vocabularies.class_synsets import SHIPPED, ShippedClass, shipped_classes

_OF_TABLE = 0.5  # of its classes, and of the names these: a few usual words are in every table
_OF_NAMES = 0.9


class ClassTable:
    """The classes of a shipped table by name, in any of their spellings, or by mid."""

    def __init__(self, name: str) -> None:
        """Read the table; raises UsageError for a name that no table has."""
        self.name = name
        self.size = len(shipped_classes(name))
        self._spelled: dict[str, ShippedClass] = {}
        self._folded: dict[str, set[ShippedClass]] = {}
        for one in shipped_classes(name):
            for spelling in filter(None, (one.name, *one.also, one.mid)):
                self._spelled[spelling] = one
                self._folded.setdefault(folded(spelling), set()).add(one)

    @classmethod
    def of(cls, names: Iterable[str]) -> Self | None:
        """Return the table of the data set that most names are of, None where that is not clear.

        Nine of ten names must be the table's, and these half of its classes.
        """
        names = [*dict.fromkeys(names)]
        enough = [one for one in SHIPPED if len(names) >= _OF_TABLE * len(shipped_classes(one))]
        return next((table for table in map(cls, enough) if table.holds(names)), None)

    def holds(self, names: Sequence[str]) -> bool:
        """Return whether names, each of which is there once, are those of this data set."""
        found = [one for one in map(self.find, names) if one is not None]
        return len(found) >= _OF_NAMES * len(names) and len({*found}) >= _OF_TABLE * self.size

    def find(self, name: str) -> ShippedClass | None:
        """Return the class of a name, in any case if no other class is called so, or None."""
        name = name.strip()
        if name in self._spelled:
            return self._spelled[name]
        alike = self._folded.get(folded(name), ())
        return next(iter(alike)) if len(alike) == 1 else None
