"""Base and novel: which categories of a vocabulary are in which part of a partition."""

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Partition, PartitionCategory, Source, Vocabulary
from ovmr_index.vocabularies.names import Frequency
from ovmr_index.vocabularies.partition_filter import Part


def partitions() -> Query:
    """Return (vocabulary, partition, base, novel, categories) of those stored, by name.

    A category that is no longer in its vocabulary is not counted.
    """
    counts = (
        func.count().filter(PartitionCategory.part == part).label(part)
        for part in ("base", "novel")
    )
    in_all = (
        select(func.count())
        .where(Category.vocabulary_pk == Partition.vocabulary_pk)
        .correlate(Partition)
        .scalar_subquery()
    )
    return (
        select(Vocabulary.name, Partition.name, *counts, in_all)
        .select_from(Partition)
        .join(Vocabulary, Vocabulary.pk == Partition.vocabulary_pk)
        .outerjoin(PartitionCategory, _is_held())
        .group_by(Partition.pk)
        .order_by(Vocabulary.name, Partition.name)
    )


def by_frequency() -> Query:
    """Return (vocabulary, not rare, rare, all categories) where a category is rare, by name."""
    rare = func.count().filter(Category.frequency == Frequency.RARE)
    return (
        select(Vocabulary.name, func.count() - rare, rare, func.count())
        .join(Category, Category.vocabulary_pk == Vocabulary.pk)
        .group_by(Vocabulary.pk)
        .having(rare > 0)
        .order_by(Vocabulary.name)
    )


def stored_partitions(vocabulary_pk: int, name: str) -> Query:
    """Return (pk, vocabulary_pk) of the partitions of a name, the vocabulary's own first.

    The others belong to vocabularies of the same dataset, and follow by name: a partition of LVIS
    train is one of LVIS val too.
    """
    sibling, mine = aliased(Source), aliased(Source)
    home = aliased(Vocabulary)
    datasets = (
        select(mine.dataset_pk)
        .join(Vocabulary, Vocabulary.source_pk == mine.pk)
        .where(Vocabulary.pk == vocabulary_pk)
    )
    is_own = Partition.vocabulary_pk == vocabulary_pk
    return (
        select(Partition.pk, Partition.vocabulary_pk)
        .join(home, home.pk == Partition.vocabulary_pk)
        .outerjoin(sibling, sibling.pk == home.source_pk)
        .where(Partition.name == name, is_own | sibling.dataset_pk.in_(datasets))
        .order_by(is_own.desc(), home.name)
    )


def rare_categories(vocabulary_pk: int, part: Part) -> Select[int]:
    """Return the pks of the categories that are rare (novel), or of the others (base)."""
    is_rare = func.coalesce(Category.frequency, "") == Frequency.RARE
    return (
        select(Category.pk)
        .where(Category.vocabulary_pk == vocabulary_pk, is_rare if part == "novel" else ~is_rare)
        .order_by(Category.pk)
    )


def part_categories(vocabulary_pk: int, partition_pk: int, part: Part) -> Select[int]:
    """Return the pks of the categories of a vocabulary that are in a part, which holds keys."""
    return (
        select(Category.pk)
        .join(PartitionCategory, PartitionCategory.category_key == Category.key)
        .where(
            Category.vocabulary_pk == vocabulary_pk,
            PartitionCategory.partition_pk == partition_pk,
            PartitionCategory.part == part,
        )
        .order_by(Category.pk)
    )


def all_but(vocabulary_pk: int, category_pks: Select[int]) -> Select[int]:
    """Return the pks of the categories of a vocabulary that are not among `category_pks`."""
    return (
        select(Category.pk)
        .where(
            Category.vocabulary_pk == vocabulary_pk, Category.pk.not_in(category_pks.order_by(None))
        )
        .order_by(Category.pk)
    )


def differing_categories(one: int, other: int) -> Query:
    """Return (key, name, other name) where two vocabularies name the category of a key apart."""
    twin = aliased(Category)
    return (
        select(Category.key, Category.name, twin.name)
        .join(twin, twin.key == Category.key)
        .where(
            Category.vocabulary_pk == one,
            twin.vocabulary_pk == other,
            twin.name != Category.name,
        )
        .order_by(Category.key)
    )


def renumbered_categories(one: int, other: int) -> Query:
    """Return (key, name, other key) where two vocabularies have a name under keys of their own."""
    twin = aliased(Category)
    return (
        select(Category.key, Category.name, twin.key)
        .join(twin, twin.name == Category.name)
        .where(
            Category.vocabulary_pk == one,
            twin.vocabulary_pk == other,
            Category.key.not_in(select(Category.key).where(Category.vocabulary_pk == other)),
            twin.key.not_in(select(Category.key).where(Category.vocabulary_pk == one)),
        )
        .order_by(Category.key, twin.key)
    )


def names_of(category_pks: Select[int]) -> Query:
    """Return (key, name) of some categories, by key."""
    chosen = Category.pk.in_(category_pks.order_by(None))
    return select(Category.key, Category.name).where(chosen).order_by(Category.key)


def _is_held() -> ColumnElement[bool]:
    there = exists().where(
        Category.vocabulary_pk == Partition.vocabulary_pk,
        Category.key == PartitionCategory.category_key,
    )
    return (PartitionCategory.partition_pk == Partition.pk) & there
