"""How many exemplars each category has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many exemplars a category's pool holds: by dataset, by substitutes, in all."""

    category_id: int
    synset: str
    by_dataset: dict[str, int]
    substitutes: int

    @property
    def total(self) -> int:
        """Return the number of exemplars of the pool."""
        return sum(self.by_dataset.values())
