"""Partitions of a vocabulary into base and novel categories: stored, and used to select by.

`rare` needs no row: the categories that a vocabulary calls rare are novel, all others base.
"""

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select

from ovmr_index.db.models import Category, Partition, PartitionCategory
from ovmr_index.errors import OvmrIndexError, UsageError, command, counted, shortened, unknown
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies import partition_queries as queries
from ovmr_index.vocabularies.category_queries import named_categories
from ovmr_index.vocabularies.kept_categories import Followed, KeptCategory, follow
from ovmr_index.vocabularies.list_files import CategoryRefs, PartitionLists
from ovmr_index.vocabularies.listed_parts import listed_parts
from ovmr_index.vocabularies.names import Frequency
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.partition_filter import (
    PUBLISHED_PARTITIONS,
    RARE_PARTITION,
    Part,
    PartitionFilter,
)
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


class PartitionSummary(NamedTuple):
    """A partition: how many categories of its vocabulary are base, novel, and neither.

    `note` says which of its categories are numbered otherwise now, gone, or not to be told.
    """

    vocabulary: str
    name: str
    base: int
    novel: int
    neither: int
    note: str | None = None


class Parts(NamedTuple):
    """The categories (key) of a vocabulary in each part of a partition, and those that left it."""

    keys: dict[Part, list[int]]
    gone: dict[Part, list[KeptCategory]]
    note: str | None


def summaries(connection: Connection) -> list[PartitionSummary]:
    """Return the partitions by vocabulary and name, with `rare` where categories are rare."""
    found = [
        PartitionSummary(vocabulary, RARE_PARTITION, base, novel, count - base - novel)
        for vocabulary, base, novel, count in connection.execute(queries.by_frequency())
    ]
    for vocabulary, vocabulary_pk, name, partition_pk in connection.execute(queries.partitions()):
        followed, kept = _followed(connection, vocabulary_pk, partition_pk)
        parts = _as_parts(followed, kept)
        base, novel = len(parts.keys["base"]), len(parts.keys["novel"])
        held = select(func.count()).where(Category.c.vocabulary_pk == vocabulary_pk)
        neither = connection.execute(held).scalar_one() - base - novel
        note = parts.note and f"partition {name} of {vocabulary}: {parts.note}"
        if followed.unclear:
            note = _why_unclear(followed, name, vocabulary, is_home=True)
        found.append(PartitionSummary(vocabulary, name, base, novel, neither, note))
    return sorted(found, key=lambda one: one[:2])


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
    """Return the keys of the categories of a vocabulary with one of these frequencies.

    Raises UsageError for a letter that is none, as those of a word are.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    held = select(Category.c.frequency).where(Category.c.vocabulary_pk == vocabulary_pk)
    known = {*Frequency, *connection.execute(held.distinct()).scalars()}
    if strange := sorted({*letters} - known):
        said = f"{shortened(strange[0])!r} is no frequency of {vocabulary}"
        raise UsageError(f"{said}; give letters out of {', '.join(Frequency)}, as in rc")
    query = select(Category.c.key).where(
        Category.c.vocabulary_pk == vocabulary_pk, Category.c.frequency.in_(sorted(letters))
    )
    return list(connection.execute(query.order_by(Category.c.key)).scalars())


def add(
    connection: Connection,
    vocabulary: str,
    name: str,
    lists: PartitionLists,
) -> PartitionSummary:
    """Store a partition; if its `base` is None it is all categories that are not novel.

    Raises:
        UsageError: The name is taken or cannot be part of a file's, a category is unknown,
            ambiguous or in both parts, or none is novel.
    """
    check_name("partition", name)
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.c.pk).where(Partition.c.vocabulary_pk == vocabulary_pk)
    if name == RARE_PARTITION:
        raise UsageError(f"{name} always exists: what {vocabulary} calls rare; give another name")
    if connection.execute(known.where(Partition.c.name == name)).scalar():
        raise UsageError(
            f"there is a partition {name!r} in {vocabulary} already; give another name, or run"
            f" {command('partition rm', name)}"
        )
    parts = listed_parts(connection, vocabulary, lists)
    made = insert(Partition).values(vocabulary_pk=vocabulary_pk, name=name)
    partition_pk = connection.execute(made.returning(Partition.c.pk)).scalar_one()
    for part, keys in parts.items():
        connection.execute(queries.put_members(partition_pk, vocabulary_pk, keys, part))
    (added,) = (
        one for one in summaries(connection) if (one.vocabulary, one.name) == (vocabulary, name)
    )
    return added


def remove(connection: Connection, vocabulary: str, name: str) -> None:
    """Remove a partition; raises UsageError if there is none of that name, and for `rare`."""
    if name == RARE_PARTITION:
        raise UsageError(f"{name} always exists: what {vocabulary} calls rare; name another one")
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    known = select(Partition.c.pk).where(
        Partition.c.vocabulary_pk == vocabulary_pk, Partition.c.name == name
    )
    partition_pk = connection.execute(known).scalar()
    if partition_pk is None:
        raise _unknown(connection, vocabulary, name)
    parts = delete(PartitionCategory).where(PartitionCategory.c.partition_pk == partition_pk)
    connection.execute(parts)
    connection.execute(delete(Partition).where(Partition.c.pk == partition_pk))


def find_part(connection: Connection, vocabulary: str, partition: str, part: Part) -> Select[int]:
    """Return a query of the pks of the categories in a part; raises as `find_parts`."""
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    if partition == RARE_PARTITION:
        return queries.rare_categories(vocabulary_pk, part)
    keys = find_parts(connection, vocabulary, partition).keys[part]
    return queries.categories_with(vocabulary_pk, keys)


def find_parts(connection: Connection, vocabulary: str, partition: str) -> Parts:
    """Return the parts of a stored partition, whose categories are followed to their ids now.

    The partition may belong to another vocabulary of the dataset, with ids of its own.

    Raises:
        UsageError: There is no such vocabulary or partition.
        OvmrIndexError: It cannot be told which category of the vocabulary one of it is.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    query = queries.stored_partitions(vocabulary_pk, partition)
    found = connection.execute(query.limit(1)).one_or_none()
    if found is None:
        raise _unknown(connection, vocabulary, partition)
    partition_pk, home_pk = found
    followed, kept = _followed(connection, vocabulary_pk, partition_pk)
    if followed.unclear:
        is_home = home_pk == vocabulary_pk
        raise OvmrIndexError(_why_unclear(followed, partition, vocabulary, is_home=is_home))
    return _as_parts(followed, kept)


def left_vocabulary(
    connection: Connection, vocabulary: str, partition: str
) -> tuple[list[KeptCategory], str | None]:
    """Return the novel categories of a partition that are no longer there, and a note of all such.

    Raises as `find_parts`.
    """
    if partition == RARE_PARTITION:
        return [], None
    parts = find_parts(connection, vocabulary, partition)
    return parts.gone["novel"], parts.note


def _followed(
    connection: Connection, vocabulary_pk: int, partition_pk: int
) -> tuple[Followed, dict[int, Part]]:
    """Return where the categories of a partition are now, and the part of each by its old key."""
    rows = connection.execute(queries.members(partition_pk)).all()
    kept: dict[int, Part] = {key: part for key, _, _, part in rows}
    now = [KeptCategory._make(row) for row in connection.execute(named_categories(vocabulary_pk))]
    return follow((KeptCategory(*row) for *row, _ in rows), now), kept


def _as_parts(followed: Followed, kept: Mapping[int, Part]) -> Parts:
    keys: dict[Part, list[int]] = {"base": [], "novel": []}
    gone: dict[Part, list[KeptCategory]] = {"base": [], "novel": []}
    for before, now in followed.ids.items():
        keys[kept[before]].append(now)
    for one in followed.gone:
        gone[kept[one.category_id]].append(one)
    said = [
        f"{counted(len(gone_now), f'{part} category', f'{part} categories')} no longer there:"
        f" {listed([one.describe() for one in gone_now])}"
        for part, gone_now in gone.items()
        if gone_now
    ]
    return Parts(keys, gone, "; ".join(said) or None)


def _why_unclear(followed: Followed, partition: str, vocabulary: str, *, is_home: bool) -> str:
    """Return which categories of a partition cannot be told, and what to type."""
    again = f"run {command('partition rm', partition, vocabulary=vocabulary)} and add it again"
    remedy = again if is_home else f"add a partition of {vocabulary}"
    return f"partition {partition}: {followed.describe_unclear(vocabulary, 'partition')}; {remedy}"


def selected_categories(
    connection: Connection, vocabulary: str, by: PartitionFilter
) -> Select[int]:
    """Return a query of the pks of the categories that a filter selects; raises as `find_parts`."""
    in_part = find_part(connection, vocabulary, by.partition, by.part)
    if by.only:
        return in_part
    return queries.all_but(find_vocabulary(connection, vocabulary), in_part)


def _unknown(connection: Connection, vocabulary: str, name: str) -> UsageError:
    if name in PUBLISHED_PARTITIONS:
        add = command("partition add", name, builtin=name, vocabulary=vocabulary)
        return UsageError(
            f"there is no partition {name!r} in {shortened(vocabulary)} yet; run {add}"
        )
    known = [one.name for one in summaries(connection) if one.vocabulary == vocabulary]
    return unknown("partition", name, known, within=vocabulary)
