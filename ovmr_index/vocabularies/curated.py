"""What a shipped table says of the categories of one source."""

from collections.abc import Iterable, Sequence
from typing import Self

from ovmr_index.vocabularies.class_table import ClassTable
from ovmr_index.vocabularies.notes import listed


class Curated:
    """What a shipped table says of the categories of one source, and what is good to know of it."""

    def __init__(self, table: ClassTable | None, names: Iterable[str]) -> None:
        """Look up the names of the categories; without a table nothing is known."""
        self._table = table
        found = {} if table is None else {name: table.find(name) for name in names}
        self._classes = {name: one for name, one in found.items() if one is not None}
        self._unknown = [name for name, one in found.items() if one is None]
        self._used = 0

    @classmethod
    def of(cls, names: Sequence[str], table: str | None, *, by_name: bool) -> Self:
        """Return what a table says of categories, or with `by_name` the one that they are from.

        Raises UsageError for a table that does not ship.
        """
        if table is not None:
            return cls(ClassTable(table), names)
        return cls(ClassTable.of(names) if by_name else None, names)

    @property
    def synsets(self) -> set[str]:
        """The synsets that the categories may have."""
        return {one.synset for one in self._classes.values() if one.synset is not None}

    def knows(self, name: str) -> bool:
        """Return whether a category is a class of the table, with or without a synset."""
        return name in self._classes

    def take(self, name: str) -> str | None:
        """Return the synset of a category, None without one, and count that it was used."""
        found = self._classes.get(name)
        synset = None if found is None else found.synset
        self._used += synset is not None
        return synset

    def notes(self, categories: int) -> list[str]:
        """Return how many of the categories have their synset from the table, and which not."""
        if self._table is None:
            return []
        of = f"{self._used:,} of {categories:,} categories have the synset of their class"
        notes = [f"{of} in the table {self._table.name}"]
        if self._unknown:
            notes.append(f"no class of {self._table.name} is called {listed(self._unknown)}")
        return notes
