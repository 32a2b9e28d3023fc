"""What a draw gave."""

from dataclasses import dataclass
from typing import NamedTuple

from ovmr_index.errors import Issue, counted
from ovmr_index.samples.exemplars import CategoryExemplars, drawn_for
from ovmr_index.shown.readable import Readable, ShownTable, Summary


class ShortCategory(NamedTuple):
    """A category of which fewer than K exemplars can be drawn: `held` of them."""

    category_id: int
    synset: str
    held: int


@dataclass(frozen=True, slots=True, repr=False)
class DrawReport(Readable):
    """What was drawn for each category, by id; which of them are short, and a line on these.

    `unreadable` are images that could not be hashed, for a draw without near-duplicates.
    `drawn_before` is when (UTC) a sample of that name was drawn that is this very draw, None where
    there was none.
    """

    categories: list[CategoryExemplars]
    short: list[ShortCategory]
    shortage: str
    unreadable: list[Issue]
    drawn_before: str | None = None

    @property
    def exemplars(self) -> int:
        """Return how many exemplars were drawn."""
        return sum(len(category.exemplars) for category in self.categories)

    def summary(self) -> Summary:
        """Return how much was drawn, and which categories are short."""
        drawn = counted(self.exemplars, "exemplar")
        of = counted(drawn_for(self.categories), "category", "categories")
        short = f"; {self.shortage}" if self.short else ""
        columns = ("category id", "synset", "exemplars")
        return Summary(
            f"{drawn} of {of}{short}", (ShownTable("short categories", columns, self.short),)
        )
