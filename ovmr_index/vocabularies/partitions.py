"""Partitions of a vocabulary into base and novel categories: kept, and used to choose by.

`rare` is always there: the categories that a vocabulary calls rare are novel, all others base.
"""

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import NamedTuple

from sqlalchemy import Connection, Select, delete, insert, select

from ovmr_index.db.models import Category, Partition, PartitionCategory, Synset
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.vocabularies import partition_queries as queries
from ovmr_index.vocabularies.partition_filter import BUILT_IN, RARE_PARTITION, Part, PartitionFilter
from ovmr_index.vocabularies.vocabularies import find_vocabulary

_SHOWN = 10

CategoryRefs = Sequence[int | str]


class PartitionSummary(NamedTuple):
    """A partition: how many categories of its vocabulary are base, novel, and neither."""

    vocabulary: str
    name: str
    base: int
    novel: int
    neither: int


def summaries(connection: Connection) -> list[PartitionSummary]:
    """Return the partitions by vocabulary and name, `rare` of each that has rare categories."""
    rows = [
        (vocabulary, RARE_PARTITION, *counts)
        for vocabulary, *counts in connection.execute(queries.by_frequency())
    ]
    rows += connection.execute(queries.partitions()).all()
    return [
        PartitionSummary(vocabulary, name, base, novel, count - base - novel)
        for vocabulary, name, base, novel, count in sorted(map(tuple, rows))
    ]


def built_in(name: str) -> tuple[CategoryRefs, CategoryRefs]:
    """Return the novel and the base categories of a published partition, by name.

    `ov-coco`: the 17 and 48 of COCO's 80 categories that "Zero-Shot Object Detection" (Bansal et
    al., ECCV 2018) chose and OVR-CNN (CVPR 2021) took over. Raises UsageError for another name.
    """
    if name not in BUILT_IN:
        raise UsageError(f"there is no published partition {name!r}; there are: {BUILT_IN[0]}")
    file = resources.files("ovmr_index").joinpath("data", f"{name.replace('-', '_')}.json")
    parts = json.loads(file.read_text(encoding="utf-8"))
    return parts["novel"], parts["base"]


def of_frequency(connection: Connection, vocabulary: str, letters: Iterable[str]) -> list[int]:
    """Return the keys of the categories of a vocabulary with one of these frequencies."""
    query = select(Category.key).where(
        Category.vocabulary_pk == find_vocabulary(connection, vocabulary),
        Category.frequency.in_(sorted(letters)),
    )
    return list(connection.execute(query.order_by(Category.key)).scalars())


def add(
    connection: Connection,
    vocabulary: str,
    name: str,
    novel: CategoryRefs,
    base: CategoryRefs | None,
) -> PartitionSummary:
    """Keep a partition; categories are given by key, name or synset, base is the rest if None.

    Raises UsageError for a name that is taken, for a category that the vocabulary lacks or has
    twice, for one in both parts, and where nothing is novel.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.pk).where(Partition.vocabulary_pk == vocabulary_pk)
    if name == RARE_PARTITION or connection.execute(known.where(Partition.name == name)).scalar():
        raise UsageError(f"there is a partition {name!r} of {vocabulary} already")
    parts = _parts(connection, vocabulary, novel, base)
    made = insert(Partition).values(vocabulary_pk=vocabulary_pk, name=name)
    partition_pk = connection.execute(made.returning(Partition.pk)).scalar_one()
    rows = [
        {"partition_pk": partition_pk, "category_key": key, "part": part}
        for part, keys in parts.items()
        for key in sorted(keys)
    ]
    connection.execute(insert(PartitionCategory), rows)
    (added,) = (
        one for one in summaries(connection) if (one.vocabulary, one.name) == (vocabulary, name)
    )
    return added


def remove(connection: Connection, vocabulary: str, name: str) -> None:
    """Forget a partition; raises UsageError without one of that name."""
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.pk).where(
        Partition.vocabulary_pk == vocabulary_pk, Partition.name == name
    )
    partition_pk = connection.execute(known).scalar()
    if partition_pk is None:
        raise _unknown(connection, vocabulary, name)
    of_mine = delete(PartitionCategory).where(PartitionCategory.partition_pk == partition_pk)
    connection.execute(of_mine)
    connection.execute(delete(Partition).where(Partition.pk == partition_pk))


def in_part(connection: Connection, vocabulary: str, partition: str, part: Part) -> Select[int]:
    """Return the query of the rows of the categories of a part.

    Raises UsageError without the partition, OvmrIndexError where it is another vocabulary's of the
    same dataset in which an id stands for another category.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    if partition == RARE_PARTITION:
        return queries.rare_categories(vocabulary_pk, part)
    query = queries.stored_partitions(vocabulary_pk, partition)
    row = connection.execute(query.limit(1)).one_or_none()
    if row is None:
        raise _unknown(connection, vocabulary, partition)
    partition_pk, home_pk = row
    differing = connection.execute(queries.differing_categories(vocabulary_pk, home_pk)).first()
    if differing is not None:
        key, name, other = differing
        raise OvmrIndexError(
            f"partition {partition}: category {key} is {name!r} in {vocabulary} and {other!r} where"
            f" the partition was made; add a partition of {vocabulary}"
        )
    return queries.part_categories(vocabulary_pk, partition_pk, part)


def kept_categories(
    connection: Connection, vocabulary: str, choice: PartitionFilter
) -> Select[int]:
    """Return the query of the rows of the categories that a choice leaves; raises as `in_part`."""
    rows = in_part(connection, vocabulary, choice.partition, choice.part)
    if choice.only:
        return rows
    return queries.all_but(find_vocabulary(connection, vocabulary), rows)


def _parts(
    connection: Connection, vocabulary: str, novel: CategoryRefs, base: CategoryRefs | None
) -> dict[Part, set[int]]:
    keys = _Keys(connection, vocabulary)
    held_out = {keys.find(name) for name in novel}
    rest = keys.all - held_out if base is None else {keys.find(name) for name in base}
    if both := rest & held_out:
        raise UsageError(f"categories are base and novel at once: {_listed(both)}; mend the lists")
    if not held_out:
        raise UsageError("no category is novel; name one")
    return {"base": rest, "novel": held_out}


class _Keys:
    """The keys of a vocabulary's categories by what people call them."""

    def __init__(self, connection: Connection, vocabulary: str) -> None:
        self._vocabulary = vocabulary
        self._called: dict[int | str, set[int]] = {}
        query = (
            select(Category.key, Category.name, Synset.name)
            .outerjoin(Synset, Synset.pk == Category.synset_pk)
            .where(Category.vocabulary_pk == find_vocabulary(connection, vocabulary))
        )
        self.all: set[int] = set()
        for key, name, synset in connection.execute(query):
            self.all.add(key)
            for called in (key, str(key), name, synset or name):
                self._called.setdefault(called, set()).add(key)

    def find(self, name: int | str) -> int:
        """Return the key of the one category that is called so; raises UsageError."""
        found = self._called.get(name, set())
        if len(found) != 1:
            many = "no category" if not found else f"{len(found)} categories"
            raise UsageError(f"vocabulary {self._vocabulary} has {many} {name!r}; mend the list")
        return min(found)


def _unknown(connection: Connection, vocabulary: str, name: str) -> UsageError:
    there = [one.name for one in summaries(connection) if one.vocabulary == vocabulary]
    names = ", ".join(there) or "none"
    return UsageError(f"there is no partition {name!r} of {vocabulary}; there are: {names}")


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(keys)[:_SHOWN]))
