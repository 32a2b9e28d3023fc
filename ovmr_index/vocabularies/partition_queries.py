"""Base and novel: which categories of a vocabulary are in which part of a partition."""

from collections.abc import Iterable

from sqlalchemy import Insert, Select, func, insert, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import (
    Category,
    Partition,
    PartitionCategory,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.vocabularies.names import Frequency
from ovmr_index.vocabularies.partition_filter import Part


def partitions() -> Query:
    """Return (vocabulary, vocabulary_pk, partition, partition_pk) of those stored, by name."""
    return (
        select(Vocabulary.c.name, Vocabulary.c.pk, Partition.c.name, Partition.c.pk)
        .join(Partition, Partition.c.vocabulary_pk == Vocabulary.c.pk)
        .order_by(Vocabulary.c.name, Partition.c.name)
    )


def by_frequency() -> Query:
    """Return (vocabulary, not rare, rare, all categories) where a category is rare, by name."""
    rare = func.count().filter(Category.c.frequency == Frequency.RARE)
    return (
        select(Vocabulary.c.name, func.count() - rare, rare, func.count())
        .join(Category, Category.c.vocabulary_pk == Vocabulary.c.pk)
        .group_by(Vocabulary.c.name)
        .having(rare > 0)
        .order_by(Vocabulary.c.name)
    )


def stored_partitions(vocabulary_pk: int, name: str) -> Query:
    """Return (pk, vocabulary_pk) of the partitions of a name, the vocabulary's own first.

    The others belong to vocabularies of the same dataset, and follow by name: a partition of LVIS
    train is one of LVIS val too.
    """
    sibling, mine = Source.alias(), Source.alias()
    home = Vocabulary.alias()
    datasets = (
        select(mine.c.dataset_pk)
        .join(Vocabulary, Vocabulary.c.source_pk == mine.c.pk)
        .where(Vocabulary.c.pk == vocabulary_pk)
    )
    is_own = Partition.c.vocabulary_pk == vocabulary_pk
    return (
        select(Partition.c.pk, Partition.c.vocabulary_pk)
        .join(home, home.c.pk == Partition.c.vocabulary_pk)
        .outerjoin(sibling, sibling.c.pk == home.c.source_pk)
        .where(Partition.c.name == name, is_own | sibling.c.dataset_pk.in_(datasets))
        .order_by(is_own.desc(), home.c.name)
    )


def rare_categories(vocabulary_pk: int, part: Part) -> Select[int]:
    """Return the pks of the categories that are rare (novel), or of the others (base)."""
    is_rare = func.coalesce(Category.c.frequency, "") == Frequency.RARE
    return (
        select(Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, is_rare if part == "novel" else ~is_rare)
        .order_by(Category.c.pk)
    )


def members(partition_pk: int) -> Query:
    """Return (key, name, synset, part) of the categories of a partition, as kept, by key."""
    return (
        select(
            PartitionCategory.c.category_key,
            PartitionCategory.c.category_name,
            PartitionCategory.c.category_synset,
            PartitionCategory.c.part,
        )
        .where(PartitionCategory.c.partition_pk == partition_pk)
        .order_by(PartitionCategory.c.category_key)
    )


def put_members(partition_pk: int, vocabulary_pk: int, keys: Iterable[int], part: Part) -> Insert:
    """Return the statement that puts categories into a part, with their names and synsets."""
    found = (
        select(literal(partition_pk), Category.c.key, literal(part), Category.c.name, Synset.c.name)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Category.c.key.in_(numbers(sorted(keys))))
    )
    names = ["partition_pk", "category_key", "part", "category_name", "category_synset"]
    return insert(PartitionCategory).from_select(names, found)


def categories_with(vocabulary_pk: int, keys: Iterable[int]) -> Select[int]:
    """Return the pks of the categories of a vocabulary that have one of these keys."""
    return (
        select(Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Category.c.key.in_(numbers(sorted(keys))))
        .order_by(Category.c.pk)
    )


def all_but(vocabulary_pk: int, category_pks: Select[int]) -> Select[int]:
    """Return the pks of the categories of a vocabulary that are not among `category_pks`."""
    return (
        select(Category.c.pk)
        .where(
            Category.c.vocabulary_pk == vocabulary_pk,
            Category.c.pk.not_in(category_pks.order_by(None)),
        )
        .order_by(Category.c.pk)
    )


def names_of(category_pks: Select[int]) -> Query:
    """Return (key, name) of some categories, by key."""
    chosen = Category.c.pk.in_(category_pks.order_by(None))
    return select(Category.c.key, Category.c.name).where(chosen).order_by(Category.c.key)
