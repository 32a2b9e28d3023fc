"""The categories of a vocabulary with what their pools hold, as they are stored."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from ovmr_index.db.models import Collation
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import counted
from ovmr_index.pools.coverage import Coverage, count_exemplars
from ovmr_index.pools.stored_recipe import is_stale, stored_recipe
from ovmr_index.shown.readable import ShownTable, Summary, as_html, as_line
from ovmr_index.vocabularies.category_queries import described_categories
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

PoolState = Literal["fresh", "stale", "none"]


class CategoryOverview(NamedTuple):
    """A category and how many exemplars it has.

    `synset` is its name where it has no synset; `frequency` is None outside LVIS; `synonyms` are
    those of its file, or of WordNet.
    """

    category_id: int
    name: str
    synset: str
    frequency: str | None
    definition: str
    synonyms: tuple[str, ...]
    coverage: Coverage


class PoolOverview(NamedTuple):
    """The pools of a vocabulary, which are `fresh`, `stale`, or not made yet (`none`).

    A category with fewer exemplars than `few` is short. `datasets` are those that have exemplars.
    """

    vocabulary: str
    state: PoolState
    few: int
    datasets: tuple[str, ...]
    categories: tuple[CategoryOverview, ...]

    @property
    def exemplars(self) -> int:
        """The number of exemplars of all categories."""
        return sum(one.coverage.total for one in self.categories)

    def summary(self) -> Summary:
        """Return the counts of each category."""
        counts = [
            (one.category_id, one.name, *one.coverage.by_dataset.values(), one.coverage.total)
            for one in self.categories
        ]
        datasets = self.categories[0].coverage.by_dataset if self.categories else ()
        of = counted(len(self.categories), "category", "categories")
        held = counted(self.exemplars, "exemplar")
        return Summary(
            f"{self.vocabulary}, {self.state}, {held} of {of}",
            (ShownTable("categories", ("id", "category", *datasets, "total"), counts),),
        )

    def __repr__(self) -> str:
        """Say in a line what the pools hold."""
        return as_line(self)

    def _repr_html_(self) -> str:
        """Show the counts in a notebook."""
        return as_html(self)


def pool_overview(connection: Connection, vocabulary: str) -> PoolOverview:
    """Return the pools of a vocabulary as they are: none is made."""
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    counted = {one.category_id: one for one in count_exemplars(connection, vocabulary_pk)}
    categories = tuple(
        CategoryOverview(
            row.key,
            row.name,
            row.synset or row.name,
            row.frequency,
            *_texts(decoded_object(row.record, "categories.record", row.key), row.lemmas),
            counted[row.key],
        )
        for row in connection.execute(described_categories(vocabulary_pk))
    )
    few = stored_recipe(connection, vocabulary_pk).few
    state = pool_state(connection, vocabulary_pk)
    return PoolOverview(vocabulary, state, few, _holding(categories), categories)


def _texts(record: Mapping[str, Any], lemmas: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the definition and the synonyms of a category, as far as they are there."""
    said, named = record.get("def"), record.get("synonyms")
    synonyms = named if isinstance(named, list) else (lemmas or "").split()
    return str(said or ""), tuple(str(one) for one in synonyms)


def _holding(categories: tuple[CategoryOverview, ...]) -> tuple[str, ...]:
    """Return the datasets that have exemplars, in the order of the coverage."""
    sums = Counter[str]()
    for one in categories:
        sums.update(one.coverage.by_dataset)
    return tuple(name for name, count in sums.items() if count)


def pool_state(connection: Connection, vocabulary_pk: int) -> PoolState:
    """Return whether pools are what the sources give now (`fresh`), or were never made (`none`)."""
    made = select(Collation.c.pk).where(Collation.c.vocabulary_pk == vocabulary_pk)
    if connection.execute(made).first() is None:
        return "none"
    return "stale" if is_stale(connection, vocabulary_pk) else "fresh"
