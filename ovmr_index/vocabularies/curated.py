"""What a shipped table says of the categories of one source."""

from collections.abc import Sequence
from typing import Self

from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.class_synsets import ShippedClass
from ovmr_index.vocabularies.class_table import ClassTable
from ovmr_index.vocabularies.notes import listed


class Curated:
    """What a shipped table says of the categories of one source, and what is good to know of it."""

    def __init__(self, table: ClassTable | None, categories: Sequence[CategoryRecord]) -> None:
        """Look up the categories, by mid or by name; without a table nothing is known."""
        self._table = table
        found = [] if table is None else [(one, _find(table, one)) for one in categories]
        self._classes = {one.key: known for one, known in found if known is not None}
        self._unknown = [one.name for one, known in found if known is None]
        self._asked = self._used = 0

    @classmethod
    def of(cls, categories: Sequence[CategoryRecord], table: str | None, *, by_name: bool) -> Self:
        """Return what a table says of categories, or with `by_name` the one that they are from.

        Raises UsageError for a table that does not ship.
        """
        if table is not None:
            return cls(ClassTable(table), categories)
        names = [one.name for one in categories]
        return cls(ClassTable.of(names) if by_name else None, categories)

    @property
    def synsets(self) -> set[str]:
        """The synsets that the categories may have."""
        return {one.synset for one in self._classes.values() if one.synset is not None}

    def knows(self, category: CategoryRecord) -> bool:
        """Return whether a category is a class of the table, with or without a synset."""
        return category.key in self._classes

    def take(self, category: CategoryRecord) -> str | None:
        """Return the synset of a category, None without one, and count that it was asked for."""
        self._asked += 1
        found = self._classes.get(category.key)
        synset = None if found is None else found.synset
        self._used += synset is not None
        return synset

    def notes(self, categories: int) -> list[str]:
        """Return how many of the categories have their synset from the table, and which not.

        Nothing is said where each has another: the table was not asked.
        """
        if self._table is None or not self._asked:
            return []
        of = f"{self._used:,} of {categories:,} categories have the synset of their class"
        notes = [f"{of} in the table {self._table.name}"]
        if self._unknown:
            notes.append(f"no class of {self._table.name} is called {listed(self._unknown)}")
        return notes


def _find(table: ClassTable, category: CategoryRecord) -> ShippedClass | None:
    """Return the class of a category, by what its data set calls it before its name."""
    own = category.own_synset
    return (None if own is None else table.find(own)) or table.find(category.name)
