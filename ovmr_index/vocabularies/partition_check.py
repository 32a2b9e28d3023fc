"""Whether a training file labels anything with a novel category."""

from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError
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
    `neither` counts labels with categories of neither part.
    """

    vocabulary: str
    partition: str
    novel: int
    entries: int
    images: int
    neither: int
    leaks: list[Leak]

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
        OvmrIndexError: The file names a category otherwise than the vocabulary, so that its ids
            mean something else.
    """
    in_novel = find_part(connection, vocabulary, partition, "novel")
    in_base = find_part(connection, vocabulary, partition, "base")
    novel: dict[int, str] = dict(connection.execute(names_of(in_novel)).all())
    known = novel | dict(connection.execute(names_of(in_base)).all())
    for category_id, name in labels.names.items():
        if known.get(category_id, name) != name:
            raise OvmrIndexError(
                f"category {category_id} is {name!r} in the file and {known[category_id]!r} in"
                f" {vocabulary}; give the --vocabulary that the file was made of"
            )
    leaks = [
        Leak(category_id, name, labels.entries[category_id], labels.images[category_id])
        for category_id, name in novel.items()
        if labels.entries[category_id] or labels.images[category_id]
    ]
    neither = sum(
        count
        for counts in (labels.entries, labels.images)
        for category_id, count in counts.items()
        if category_id not in known
    )
    counts = labels.entries.total(), labels.images.total()
    return PartitionCheck(vocabulary, partition, len(novel), *counts, neither, leaks)
