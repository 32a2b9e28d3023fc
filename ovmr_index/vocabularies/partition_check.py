"""Whether a training file labels anything with a novel category."""

from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError
from ovmr_index.vocabularies.partition_queries import names_of
from ovmr_index.vocabularies.partitions import in_part
from ovmr_index.vocabularies.training_file import LabelCounts


class Leak(NamedTuple):
    """A novel category that a training file labels boxes or whole pictures with."""

    category_id: int
    name: str
    entries: int
    pictures: int


class PartitionCheck(NamedTuple):
    """What a training file labels: with novel categories (`leaks`), with none of the parts, in all.

    `novel` is the number of novel categories that were looked for.
    """

    vocabulary: str
    partition: str
    novel: int
    entries: int
    pictures: int
    neither: int
    leaks: list[Leak]


def check(
    connection: Connection, vocabulary: str, partition: str, labels: LabelCounts
) -> PartitionCheck:
    """Tell whether a training file labels anything with a novel category.

    Raises UsageError without the partition, OvmrIndexError where the file calls a category
    otherwise than the vocabulary does: then its ids mean something else.
    """
    novel_rows = in_part(connection, vocabulary, partition, "novel")
    novel: dict[int, str] = dict(connection.execute(names_of(novel_rows)).all())
    base = connection.execute(names_of(in_part(connection, vocabulary, partition, "base"))).all()
    known = novel | dict(base)
    for key, name in labels.names.items():
        if known.get(key, name) != name:
            raise OvmrIndexError(
                f"category {key} is {name!r} in the file and {known[key]!r} in {vocabulary};"
                " give the vocabulary that the file was made of"
            )
    leaks = [
        Leak(key, name, labels.entries[key], labels.pictures[key])
        for key, name in novel.items()
        if labels.entries[key] or labels.pictures[key]
    ]
    in_neither = sum(
        count
        for counts in (labels.entries, labels.pictures)
        for key, count in counts.items()
        if key not in known
    )
    counts = labels.entries.total(), labels.pictures.total()
    return PartitionCheck(vocabulary, partition, len(novel), *counts, in_neither, leaks)
