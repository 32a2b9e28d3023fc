"""Partitions of a vocabulary into base and novel categories: stored, and used to select by.

`rare` needs no row: the categories that a vocabulary calls rare are novel, all others base.
"""

import json
from collections.abc import Iterable
from importlib import resources
from typing import NamedTuple

from sqlalchemy import Connection, Select, delete, insert, select

from ovmr_index.db.models import Category, Partition, PartitionCategory, Synset
from ovmr_index.errors import OvmrIndexError, UsageError, shortened, unknown
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies import partition_queries as queries
from ovmr_index.vocabularies.list_files import CategoryRef, CategoryRefs
from ovmr_index.vocabularies.partition_filter import (
    PUBLISHED_PARTITIONS,
    RARE_PARTITION,
    Part,
    PartitionFilter,
)
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_SHOWN = 10


class PartitionSummary(NamedTuple):
    """A partition: how many categories of its vocabulary are base, novel, and neither."""

    vocabulary: str
    name: str
    base: int
    novel: int
    neither: int


def summaries(connection: Connection) -> list[PartitionSummary]:
    """Return the partitions by vocabulary and name, with `rare` where categories are rare."""
    rows = [
        (vocabulary, RARE_PARTITION, *counts)
        for vocabulary, *counts in connection.execute(queries.by_frequency())
    ]
    rows += connection.execute(queries.partitions()).all()
    return [
        PartitionSummary(vocabulary, name, base, novel, count - base - novel)
        for vocabulary, name, base, novel, count in sorted(map(tuple, rows))
    ]


def published_partition(name: str) -> tuple[CategoryRefs, CategoryRefs]:
    """Return the novel and the base categories of a published partition, by name.

    `ov-coco`: the 17 and 48 of COCO's 80 categories that "Zero-Shot Object Detection" (Bansal et
    al., ECCV 2018) chose and OVR-CNN (CVPR 2021) took over.

    Raises:
        UsageError: The name is another one.
    """
    if name not in PUBLISHED_PARTITIONS:
        raise unknown("published partition", name, PUBLISHED_PARTITIONS)
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
    """Store a partition; if `base` is None it is all categories that are not novel.

    Raises:
        UsageError: The name is taken or cannot be part of a file's, a category is unknown,
            ambiguous or in both parts, or none is novel.
    """
    check_name("partition", name)
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.pk).where(Partition.vocabulary_pk == vocabulary_pk)
    if name == RARE_PARTITION or connection.execute(known.where(Partition.name == name)).scalar():
        raise UsageError(
            f"there is a partition {name!r} in {vocabulary} already; give another name, or run"
            f" `ovmr-index partition rm {name}`"
        )
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
    """Remove a partition; raises UsageError if there is none of that name."""
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.pk).where(
        Partition.vocabulary_pk == vocabulary_pk, Partition.name == name
    )
    partition_pk = connection.execute(known).scalar()
    if partition_pk is None:
        raise _unknown(connection, vocabulary, name)
    parts = delete(PartitionCategory).where(PartitionCategory.partition_pk == partition_pk)
    connection.execute(parts)
    connection.execute(delete(Partition).where(Partition.pk == partition_pk))


def find_part(connection: Connection, vocabulary: str, partition: str, part: Part) -> Select[int]:
    """Return a query of the pks of the categories in a part.

    Raises:
        UsageError: There is no such vocabulary or partition.
        OvmrIndexError: The partition belongs to another vocabulary of the dataset, which has
            another category under some id, or another id for some category.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    if partition == RARE_PARTITION:
        return queries.rare_categories(vocabulary_pk, part)
    query = queries.stored_partitions(vocabulary_pk, partition)
    found = connection.execute(query.limit(1)).one_or_none()
    if found is None:
        raise _unknown(connection, vocabulary, partition)
    partition_pk, home_pk = found
    _require_same_ids(connection, vocabulary, vocabulary_pk, partition, home_pk)
    return queries.part_categories(vocabulary_pk, partition_pk, part)


def _require_same_ids(
    connection: Connection, vocabulary: str, vocabulary_pk: int, partition: str, home_pk: int
) -> None:
    """Raise OvmrIndexError where ids are others in the vocabulary that a partition was made of."""
    differing = connection.execute(queries.differing_categories(vocabulary_pk, home_pk)).first()
    if differing is not None:
        key, name, other = differing
        raise OvmrIndexError(
            f"partition {partition}: category {key} is {shortened(name)!r} in {vocabulary} and"
            f" {shortened(other)!r} where the partition was made; add a partition of {vocabulary}"
        )
    renumbered = connection.execute(queries.renumbered_categories(vocabulary_pk, home_pk)).first()
    if renumbered is not None:
        key, name, other = renumbered
        raise OvmrIndexError(
            f"partition {partition}: {shortened(name)!r} is category {key} in {vocabulary} and"
            f" {other} where the partition was made; add a partition of {vocabulary}"
        )


def selected_categories(
    connection: Connection, vocabulary: str, by: PartitionFilter
) -> Select[int]:
    """Return a query of the pks of the categories that a filter selects; raises as `find_part`."""
    in_part = find_part(connection, vocabulary, by.partition, by.part)
    if by.only:
        return in_part
    return queries.all_but(find_vocabulary(connection, vocabulary), in_part)


def _parts(
    connection: Connection, vocabulary: str, novel: CategoryRefs, base: CategoryRefs | None
) -> dict[Part, set[int]]:
    keys = _Keys(connection, vocabulary)
    held_out = {keys.find(name) for name in novel}
    rest = keys.all - held_out if base is None else {keys.find(name) for name in base}
    if both := rest & held_out:
        raise UsageError(f"categories are base and novel at once: {_listed(both)}; fix the lists")
    if not held_out:
        raise UsageError("no category is novel; give at least one")
    return {"base": rest, "novel": held_out}


class _Keys:
    """The keys of a vocabulary's categories by what people call them."""

    def __init__(self, connection: Connection, vocabulary: str) -> None:
        self._vocabulary = vocabulary
        self._called: dict[CategoryRef, set[int]] = {}
        query = (
            select(Category.key, Category.name, Synset.name, Synset.wnid)
            .outerjoin(Synset, Synset.pk == Category.synset_pk)
            .where(Category.vocabulary_pk == find_vocabulary(connection, vocabulary))
            .order_by(Category.position)
        )
        self.all: set[int] = set()
        for key, name, synset, wnid in connection.execute(query):
            self.all.add(key)
            names: set[CategoryRef] = {key, str(key), name, synset or name, wnid or name}
            for called in names:
                self._called.setdefault(called, set()).add(key)

    def find(self, name: CategoryRef) -> int:
        """Return the key of the one category that is called so; raises UsageError."""
        found = self._called.get(name, set())
        if not found:
            names = (one for one in self._called if isinstance(one, str) and not one.isdecimal())
            raise unknown(
                "category", name, names, within=self._vocabulary, see="fix the list of categories"
            )
        if len(found) > 1:
            number = " as a number in JSON" if name in [*map(str, found)] else ""
            called = f"categories of {self._vocabulary} are called {shortened(str(name))!r}"
            raise UsageError(f"{len(found)} {called}; give the id of one{number}")
        return min(found)


def _unknown(connection: Connection, vocabulary: str, name: str) -> UsageError:
    known = [one.name for one in summaries(connection) if one.vocabulary == vocabulary]
    return unknown("partition", name, known, within=vocabulary)


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(keys)[:_SHOWN]))
