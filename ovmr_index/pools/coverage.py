"""How many exemplars each category has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from ovmr_index.formats.imagenet_releases import wnids_of_lvis
from ovmr_index.pools.coverage_queries import DATASETS, coverage, datasets, short, without_images

COLUMNS = ("category_id", "synset", *DATASETS, "substitutes", "total")  # of `coverage` at least


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many exemplars the pool of a category holds, in all and from each dataset.

    Exemplars of substitutes are counted with their dataset; `substitutes` says how many they are.
    """

    category_id: int
    synset: str
    by_dataset: dict[str, int]
    substitutes: int

    @property
    def total(self) -> int:
        """The number of exemplars of the pool."""
        return sum(self.by_dataset.values())

    def as_json(self) -> dict[str, Any]:
        """Return the members that `coverage --json` prints, in their order."""
        return {
            "category_id": self.category_id,
            "synset": self.synset,
            **self.by_dataset,
            "substitutes": self.substitutes,
            "total": self.total,
        }


def count_exemplars(connection: Connection, vocabulary_pk: int) -> list[Coverage]:
    """Return the coverage of each category of a vocabulary, by category id."""
    names: dict[int, str] = dict(connection.execute(datasets()).all())
    return [
        Coverage(category_id, synset, _by_dataset(list(names.values()), counts), substitutes)
        for category_id, synset, substitutes, *counts in connection.execute(
            coverage(vocabulary_pk, *names)
        )
    ]


def has_short(connection: Connection, vocabulary_pk: int, few: int) -> bool:
    """Return whether a category has fewer exemplars than `few`: quicker than to count them all."""
    return connection.execute(short(vocabulary_pk, few).limit(1)).first() is not None


def lost_categories(connection: Connection, vocabulary_pk: int) -> list[str]:
    """Return the synsets of categories with images in the Fall 2011 release and none here."""
    return list(connection.execute(without_images(vocabulary_pk, wnids_of_lvis())).scalars())


def _by_dataset(names: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
    """Return counts by dataset; those of the published recipe come first, and always."""
    return dict.fromkeys(DATASETS, 0) | dict(zip(names, counts, strict=True))
