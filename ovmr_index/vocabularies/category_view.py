"""The public view of categories: what vocabularies and WordNet say of each."""

from typing import NamedTuple

from sqlalchemy import Column, MetaData, Table, Text, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import WHOLE

DESCRIBED = Table(
    "vocabulary_categories",
    MetaData(),
    *(Column(name, WHOLE) for name in ("category_id", "position")),
    *(Column(name, Text) for name in ("vocabulary", "category", "synset", "wnid", "frequency")),
    *(Column(name, Text) for name in ("definition", "synonyms")),
)


class DefinedCategory(NamedTuple):
    """A category as people know it; synset, frequency and definition are None where it has none."""

    category_id: int
    category: str
    synset: str | None
    frequency: str | None
    definition: str | None


def defined_categories(vocabulary: str) -> Query:
    """Return a `DefinedCategory` for each category of a vocabulary, by id."""
    return (
        select(*(DESCRIBED.c[name] for name in DefinedCategory._fields))
        .where(DESCRIBED.c.vocabulary == vocabulary)
        .order_by(DESCRIBED.c.category_id)
    )
