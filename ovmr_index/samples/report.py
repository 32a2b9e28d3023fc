"""What a draw gave."""

from dataclasses import dataclass
from typing import NamedTuple

from ovmr_index.errors import Issue
from ovmr_index.samples.exemplars import CategoryExemplars


class ShortCategory(NamedTuple):
    """A category of which fewer than K exemplars can be drawn: `held` of them."""

    category_id: int
    synset: str
    held: int


@dataclass(frozen=True, slots=True)
class DrawReport:
    """What was drawn for each category, by id; which of them are short, and a line on these.

    `unreadable` are the images whose hashes should have been known.
    """

    categories: list[CategoryExemplars]
    short: list[ShortCategory]
    shortage: str
    unreadable: list[Issue]
