"""The vocabularies of an index: lists of categories, each with its own pools."""

import operator
from pathlib import Path
from typing import NamedTuple, SupportsIndex

from sqlalchemy import Connection, delete, select

from ovmr_index.db.computed import delete_pools
from ovmr_index.db.models import (
    Category,
    Partition,
    PartitionCategory,
    Vocabulary,
)
from ovmr_index.errors import MissingSourceError, UsageError, command, shortened, unknown
from ovmr_index.formats.lvis_files import lacks_lvis
from ovmr_index.vocabularies.category_queries import categories, categories_called
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.unknown_category import unknown_category
from ovmr_index.vocabularies.vocabulary_queries import vocabularies, vocabulary_named

SENSE = ".n."  # what a synset's name has, and a category's does not


class VocabularySummary(NamedTuple):
    """A vocabulary: the source that it came with, if any, and counts.

    `in_wordnet` are the categories with a synset of WordNet, `exemplars` the entries of its pools.
    """

    name: str
    source: str | None
    categories: int
    in_wordnet: int
    exemplars: int


def find_vocabulary(connection: Connection, name: str, root: Path | None = None) -> int:
    """Return the pk of a vocabulary.

    Raises:
        MissingSourceError: It is LVIS train's, which the index does not hold, and perhaps no file
            at its usual path below `root` either.
        UsageError: The index holds no other one of that name.
    """
    found = connection.execute(vocabulary_named(name)).scalar()
    if found is not None:
        return found
    if name == LVIS_TRAIN:
        raise MissingSourceError(lacks_lvis("train", root))
    known = connection.execute(select(Vocabulary.c.name).order_by(Vocabulary.c.name)).scalars()
    raise unknown("vocabulary", name, known, see=f"see {command('vocabulary list')}")


def has_vocabulary(connection: Connection, name: str) -> bool:
    """Return whether the index holds a vocabulary of a name."""
    return connection.execute(vocabulary_named(name)).scalar() is not None


def summaries(connection: Connection) -> list[VocabularySummary]:
    """Return the vocabularies by name."""
    return [VocabularySummary._make(row) for row in connection.execute(vocabularies())]


def remove(connection: Connection, name: str) -> None:
    """Remove a vocabulary, its pools and partitions.

    Raises:
        UsageError: There is none of that name, or it came with a dataset.
    """
    vocabulary_pk = find_vocabulary(connection, name)
    source = select(Vocabulary.c.source_pk).where(Vocabulary.c.pk == vocabulary_pk)
    if connection.execute(source).scalar() is not None:
        raise UsageError(
            f"vocabulary {name} came with its dataset; run {command('ingest --remove', name)}"
        )
    delete_pools(connection, vocabulary_pk)
    partitions = select(Partition.c.pk).where(Partition.c.vocabulary_pk == vocabulary_pk)
    parts = delete(PartitionCategory).where(PartitionCategory.c.partition_pk.in_(partitions))
    connection.execute(parts)
    for table in (Partition, Category):
        connection.execute(delete(table).where(table.c.vocabulary_pk == vocabulary_pk))
    connection.execute(delete(Vocabulary).where(Vocabulary.c.pk == vocabulary_pk))


def find_category(connection: Connection, vocabulary_pk: int, category: str | int) -> int:
    """Return the pk of the category with an id, a name or a synset.

    Raises:
        UnknownCategoryError: There is none.
        UsageError: There are several, or it is neither a name nor an id.
    """
    category = _asked(category)
    found = connection.execute(categories_called(vocabulary_pk, category)).scalars().all()
    if not found:
        called = connection.execute(categories(vocabulary_pk)).all()
        known = [one.synset if SENSE in str(category) else one.name for one in called]
        raise unknown_category(category, known)
    if len(found) > 1:
        raise UsageError(f"{len(found)} categories are called {category!r}; give the id of one")
    return found[0]


def _asked(category: str | SupportsIndex) -> str | int:
    """Return a name, or an id of any type of whole numbers as Python's own."""
    if isinstance(category, str):
        return category
    try:
        return operator.index(category)
    except TypeError:
        given = shortened(repr(category))
        raise UsageError(f"{given} is no category; give an id, a name or a synset") from None
