"""Whether a training file labels anything with a novel category."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError
from ovmr_index.vocabularies.file_categories import identify
from ovmr_index.vocabularies.partition_queries import names_of
from ovmr_index.vocabularies.partitions import find_part
from ovmr_index.vocabularies.training_file import LabelCounts


class Leak(NamedTuple):
    """A novel category that a training file labels boxes, exemplars or whole images with."""

    category_id: int
    name: str
    entries: int
    images: int

    def as_json(self) -> dict[str, Any]:
        """Return the leak as JSON output has it."""
        return {_KEYS.get(key, key): value for key, value in self._asdict().items()}


class PartitionCheck(NamedTuple):
    """What a training file labels: boxes or exemplars (`entries`), and whole images.

    `novel` is the number of novel categories that were looked for, `leaks` are those found, and
    `neither` counts labels with categories of neither part. `notes` say where the file's categories
    are others than the vocabulary's, or have other ids.
    """

    vocabulary: str
    partition: str
    novel: int
    entries: int
    images: int
    neither: int
    leaks: list[Leak]
    notes: list[str]

    def as_json(self) -> dict[str, Any]:
        """Return the check as JSON output has it."""
        found = {_KEYS.get(key, key): value for key, value in self._asdict().items()}
        return found | {"leaks": [leak.as_json() for leak in self.leaks]}


_KEYS = {"images": "pictures"}  # JSON output keeps the word that it had first


def check(
    connection: Connection, vocabulary: str, partition: str, labels: LabelCounts
) -> PartitionCheck:
    """Compare what a training file labels with the parts of a partition.

    Raises:
        UsageError: There is no such partition.
        OvmrIndexError: The part is empty, or the file has no category of the vocabulary but by
            ids, which mean something else in the file.
    """
    in_novel = find_part(connection, vocabulary, partition, "novel")
    in_base = find_part(connection, vocabulary, partition, "base")
    novel: dict[int, str] = dict(connection.execute(names_of(in_novel)).all())
    known = novel | dict(connection.execute(names_of(in_base)).all())
    if not novel:
        raise OvmrIndexError(
            f"partition {partition} has no novel category in {vocabulary};"
            " see `ovmr-index partition list`"
        )
    found = identify(connection, vocabulary, labels.categories, labels.all_ids())
    entries, images = (
        _by_category(counts, found.ids) for counts in (labels.entries, labels.images)
    )
    leaks = [
        Leak(category_id, name, entries[category_id], images[category_id])
        for category_id, name in novel.items()
        if entries[category_id] or images[category_id]
    ]
    neither = sum(
        count
        for counts in (labels.entries, labels.images)
        for category_id, count in counts.items()
        if known.keys().isdisjoint(found.ids.get(category_id, ()))
    )
    counts = labels.entries.total(), labels.images.total()
    return PartitionCheck(vocabulary, partition, len(novel), *counts, neither, leaks, found.notes)


def _by_category(labels: Counter[int], ids: Mapping[int, frozenset[int]]) -> Counter[int]:
    """Count labels by the categories of the vocabulary that they mean, or may mean."""
    counts: Counter[int] = Counter()
    for category_id, count in labels.items():
        for one in ids.get(category_id, ()):
            counts[one] += count
    return counts
