"""Vocabularies: lists of categories, LVIS's among them, each with pools of its own."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from ovmr_index.db.computed import delete_pools
from ovmr_index.db.models import (
    Category,
    Partition,
    PartitionCategory,
    Vocabulary,
)
from ovmr_index.errors import MissingSourceError, UsageError
from ovmr_index.vocabularies.category_queries import categories_called
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.vocabulary_queries import vocabularies, vocabulary_named


class VocabularySummary(NamedTuple):
    """A vocabulary: its source if it came with one, its categories and those known to WordNet."""

    name: str
    source: str | None
    categories: int
    in_wordnet: int
    exemplars: int


def find_vocabulary(connection: Connection, name: str) -> int:
    """Return the row of a vocabulary.

    Raises MissingSourceError without LVIS's, UsageError without another one of that name.
    """
    found = connection.execute(vocabulary_named(name)).scalar()
    if found is not None:
        return found
    if name == LVIS_TRAIN:
        raise MissingSourceError(
            "the index holds no LVIS train annotations; run `ovmr-index ingest lvis` first"
        )
    there = ", ".join(one.name for one in summaries(connection)) or "none"
    raise UsageError(f"there is no vocabulary {name!r}; there are: {there}")


def summaries(connection: Connection) -> list[VocabularySummary]:
    """Return the vocabularies by name."""
    return [VocabularySummary._make(row) for row in connection.execute(vocabularies())]


def remove(connection: Connection, name: str) -> None:
    """Forget a vocabulary, its pools and partitions.

    Raises UsageError without one of that name, and for one that came with a dataset.
    """
    vocabulary_pk = find_vocabulary(connection, name)
    source = select(Vocabulary.source_pk).where(Vocabulary.pk == vocabulary_pk)
    if connection.execute(source).scalar() is not None:
        raise UsageError(
            f"vocabulary {name} came with its dataset; run `ovmr-index ingest --remove {name}`"
        )
    delete_pools(connection, vocabulary_pk)
    partitions = select(Partition.pk).where(Partition.vocabulary_pk == vocabulary_pk)
    parts = delete(PartitionCategory).where(PartitionCategory.partition_pk.in_(partitions))
    connection.execute(parts)
    for model in (Partition, Category):
        connection.execute(delete(model).where(model.vocabulary_pk == vocabulary_pk))
    connection.execute(delete(Vocabulary).where(Vocabulary.pk == vocabulary_pk))


def find_category(connection: Connection, vocabulary_pk: int, category: str | int) -> int:
    """Return the row of a category; raises UsageError where there is none, or several."""
    query = categories_called(vocabulary_pk, category)
    found = connection.execute(query).scalars().all()
    if len(found) != 1:
        many = "no category" if not found else f"{len(found)} categories"
        raise UsageError(f"the vocabulary has {many} {category!r}; give an id, a name or a synset")
    return found[0]
