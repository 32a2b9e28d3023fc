"""What `Index` reports of its exports, its pools and its draws."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ovmr_index.export.context import Written
from ovmr_index.formats.records import CategoryPicks, Problem


@dataclass(slots=True)
class ExportReport:
    """What an export wrote; what it left out for want of a source; what failed, and why."""

    written: list[tuple[str, Written]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


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


class ShortCategory(NamedTuple):
    """A category of which fewer than K exemplars can be drawn: `held` of them."""

    category_id: int
    synset: str
    held: int


@dataclass(frozen=True, slots=True)
class DrawReport:
    """What was drawn for each category, by id; which of them are short, and a line on these.

    `unreadable` are (dataset, file name, reason) of pictures whose looks should have been known.
    """

    categories: list[CategoryPicks]
    short: list[ShortCategory]
    shortage: str
    unreadable: list[Problem]
