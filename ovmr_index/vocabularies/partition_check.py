"""Whether a training file labels anything with a novel category."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError, command, folded, naming, option
from ovmr_index.vocabularies.contradictions import (
    Contradiction,
    contradictions,
    ids_of_keys,
    notes_of,
)
from ovmr_index.vocabularies.file_categories import Ids, identify, require_known_ids
from ovmr_index.vocabularies.kept_categories import KeptCategory
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.partition_queries import names_of
from ovmr_index.vocabularies.partitions import find_part, left_vocabulary
from ovmr_index.vocabularies.training_file import FileCategory, LabelCounts

_SHOWN = 10


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
    connection: Connection, vocabulary: str, partition: str, labels: LabelCounts, file: Path
) -> PartitionCheck:
    """Compare what a training file labels with the parts of a partition.

    Errors of what it labels name `file`.

    Raises:
        UsageError: There is no such partition.
        OvmrIndexError: The part is empty; or the file labels with no category of the vocabulary,
            or has none but by ids, which mean something else in the file, or may do so.
    """
    in_novel = find_part(connection, vocabulary, partition, "novel")
    in_base = find_part(connection, vocabulary, partition, "base")
    novel: dict[int, str] = dict(connection.execute(names_of(in_novel)).all())
    known = novel | dict(connection.execute(names_of(in_base)).all())
    if not novel:
        raise OvmrIndexError(
            f"partition {partition} has no novel category in {vocabulary};"
            f" see {command('partition list')}"
        )
    with naming(file):
        found = identify(connection, vocabulary, labels.categories, labels.all_ids())
    keys = ids_of_keys(connection, vocabulary, labels)
    disagreeing = contradictions(connection, vocabulary, labels, keys)
    entries = _by_list(labels, found.ids, keys, disagreeing)
    images = _by_category(labels.images, found.ids)
    leaks = [
        Leak(category_id, name, entries[category_id], images[category_id])
        for category_id, name in novel.items()
        if entries[category_id] or images[category_id]
    ]
    gone, of_gone = left_vocabulary(connection, vocabulary, partition)
    leaks += _leaks_of_gone(gone, labels, found.ids)
    with naming(file):
        if labels.entries + labels.images and not (leaks or found.ids or keys):
            raise _error_of_none_known(vocabulary, labels)
        if not (leaks or labels.keyed):
            require_known_ids(connection, vocabulary, labels.categories, labels.all_ids())
    neither = _of_neither(labels, found.ids, known.keys())
    counts = labels.entries.total(), labels.images.total()
    notes = [*found.notes, *notes_of(disagreeing), *([] if of_gone is None else [of_gone])]
    return PartitionCheck(vocabulary, partition, len(novel), *counts, neither, leaks, notes)


def _error_of_none_known(vocabulary: str, labels: LabelCounts) -> OvmrIndexError:
    """Return the error for a file without a category of the vocabulary.

    A file of another dataset says nothing of the vocabulary's novel categories.
    """
    called = {one.called for one in labels.categories.values()} - {None}
    said = listed(sorted(map(str, called)), _SHOWN) or "categories without names"
    return OvmrIndexError(
        f"{vocabulary} has none of the categories of the file, so there is nothing to check:"
        f" {said}; give the {option('vocabulary')} that the file was made of"
    )


def _of_neither(labels: LabelCounts, ids: Mapping[int, Ids], known: Set[int]) -> int:
    """Count the labels whose category is in neither part."""
    return sum(
        count
        for counts in (labels.entries, labels.images)
        for category_id, count in counts.items()
        if known.isdisjoint(ids.get(category_id, ()))
    )


def _leaks_of_gone(
    gone: Sequence[KeptCategory], labels: LabelCounts, ids: Mapping[int, Ids]
) -> list[Leak]:
    """Return what a file labels with novel categories that the vocabulary does not have any more.

    They go by what the file calls them, under the file's ids.
    """
    called = {
        folded(name): one for one in gone for name in (one.name, one.synset) if name is not None
    }
    found = (
        (category_id, called[name])
        for category_id, one in labels.categories.items()
        if category_id not in ids
        for name in [*filter(called.__contains__, _folded_names(one))][:1]
    )
    return [
        Leak(key, one.name or "", labels.entries[key], labels.images[key])
        for key, one in found
        if labels.entries[key] or labels.images[key]
    ]


def _folded_names(one: FileCategory) -> list[str]:
    """Return the synset, name and key of a file's category in any case and with any spaces."""
    return [folded(name) for name in (one.synset, one.name, one.key) if name]


def _by_list(
    labels: LabelCounts,
    ids: Mapping[int, Ids],
    keys: Mapping[str, Ids],
    disagreeing: Sequence[Contradiction],
) -> Counter[int]:
    """Count boxes and exemplars; where a list and an id disagree, for the categories of both."""
    counts = Counter[int]() if labels.keyed else _by_category(labels.entries, ids)
    for (key, own_id), count in labels.keyed.items():
        meant = keys.get(key) or ids.get(own_id, frozenset())
        counts.update(dict.fromkeys(meant, count))
    for one in disagreeing:
        seen = one.listed if labels.keyed else ids.get(one.own_id, frozenset())
        counts.update(dict.fromkeys((one.listed | {one.own_id}) - seen, one.entries))
    return counts


def _by_category(labels: Counter[int], ids: Mapping[int, Ids]) -> Counter[int]:
    """Count labels by the categories of the vocabulary that they mean, or may mean."""
    counts: Counter[int] = Counter()
    for category_id, count in labels.items():
        for one in ids.get(category_id, ()):
            counts[one] += count
    return counts
