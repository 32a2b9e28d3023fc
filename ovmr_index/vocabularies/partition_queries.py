"""Base and novel: which categories of a vocabulary are in which part of a partition."""

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Partition, PartitionCategory, Source, Vocabulary
from ovmr_index.vocabularies.partition_filter import Part

RARE_PARTITION = "r"


def partitions() -> Query:
    """Return (vocabulary, partition, base, novel, categories) of those stored, by name.

    A category that has vanished from its vocabulary is not counted.
    """
    counts = (
        func.count().filter(PartitionCategory.part == part).label(part)
        for part in ("base", "novel")
    )
    in_all = (
        select(func.count())
        .where(Category.vocabulary_id == Partition.vocabulary_id)
        .correlate(Partition)
        .scalar_subquery()
    )
    return (
        select(Vocabulary.name, Partition.name, *counts, in_all)
        .select_from(Partition)
        .join(Vocabulary, Vocabulary.id == Partition.vocabulary_id)
        .outerjoin(PartitionCategory, _is_held())
        .group_by(Partition.id)
        .order_by(Vocabulary.name, Partition.name)
    )


def by_frequency() -> Query:
    """Return (vocabulary, not rare, rare, all categories) where any category is rare."""
    rare = func.count().filter(Category.frequency == RARE_PARTITION)
    return (
        select(Vocabulary.name, func.count() - rare, rare, func.count())
        .join(Category, Category.vocabulary_id == Vocabulary.id)
        .group_by(Vocabulary.id)
        .having(rare > 0)
        .order_by(Vocabulary.name)
    )


def stored_partitions(vocabulary_id: int, name: str) -> Query:
    """Return (row, vocabulary row) of the partitions of a name, the vocabulary's own first.

    The others are those of vocabularies of the same dataset, by name: a partition of LVIS train is
    one of LVIS val as well.
    """
    sibling, mine = aliased(Source), aliased(Source)
    home = aliased(Vocabulary)
    datasets = (
        select(mine.dataset_id)
        .join(Vocabulary, Vocabulary.source_id == mine.id)
        .where(Vocabulary.id == vocabulary_id)
    )
    is_own = Partition.vocabulary_id == vocabulary_id
    return (
        select(Partition.id, Partition.vocabulary_id)
        .join(home, home.id == Partition.vocabulary_id)
        .outerjoin(sibling, sibling.id == home.source_id)
        .where(Partition.name == name, is_own | sibling.dataset_id.in_(datasets))
        .order_by(is_own.desc(), home.name)
    )


def rare_categories(vocabulary_id: int, part: Part) -> Select[int]:
    """Return the rows of the categories that are rare (novel), or of the others (base)."""
    is_rare = func.coalesce(Category.frequency, "") == RARE_PARTITION
    return (
        select(Category.id)
        .where(Category.vocabulary_id == vocabulary_id, is_rare if part == "novel" else ~is_rare)
        .order_by(Category.id)
    )


def part_categories(vocabulary_id: int, partition_id: int, part: Part) -> Select[int]:
    """Return the rows of the categories of a vocabulary that are in a part, by their keys."""
    return (
        select(Category.id)
        .join(PartitionCategory, PartitionCategory.category_key == Category.key)
        .where(
            Category.vocabulary_id == vocabulary_id,
            PartitionCategory.partition_id == partition_id,
            PartitionCategory.part == part,
        )
        .order_by(Category.id)
    )


def all_but(vocabulary_id: int, rows: Select[int]) -> Select[int]:
    """Return the rows of the categories of a vocabulary that are not among `rows`."""
    return (
        select(Category.id)
        .where(Category.vocabulary_id == vocabulary_id, Category.id.not_in(rows.order_by(None)))
        .order_by(Category.id)
    )


def differing_categories(one: int, other: int) -> Query:
    """Return (key, name, other name) of categories that share a key in two vocabularies alone."""
    twin = aliased(Category)
    return (
        select(Category.key, Category.name, twin.name)
        .join(twin, twin.key == Category.key)
        .where(
            Category.vocabulary_id == one,
            twin.vocabulary_id == other,
            twin.name != Category.name,
        )
        .order_by(Category.key)
    )


def names_of(rows: Select[int]) -> Query:
    """Return (key, name) of the categories whose rows are given, by key."""
    wanted = Category.id.in_(rows.order_by(None))
    return select(Category.key, Category.name).where(wanted).order_by(Category.key)


def _is_held() -> ColumnElement[bool]:
    there = exists().where(
        Category.vocabulary_id == Partition.vocabulary_id,
        Category.key == PartitionCategory.category_key,
    )
    return (PartitionCategory.partition_id == Partition.id) & there
