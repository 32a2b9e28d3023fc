"""The face of vocabularies and partitions in `Index`."""

from collections.abc import Sequence
from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.computed import stale_vocabularies
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError
from ovmr_index.shown.records import Records
from ovmr_index.vocabularies import partition_check, partitions, stored_vocabularies
from ovmr_index.vocabularies.add import AddedVocabulary, add_vocabulary
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.list_files import (
    CategoryRefs,
    PartitionLists,
    read_categories,
    read_partition,
)
from ovmr_index.vocabularies.misnamed import describe_misnamed, misnamed_lines
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.new_index import make_index
from ovmr_index.vocabularies.partition_check import PartitionCheck
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION, PartitionFilter
from ovmr_index.vocabularies.partition_notes import selection_notes
from ovmr_index.vocabularies.partitions import PartitionSummary
from ovmr_index.vocabularies.stored_vocabularies import VocabularySummary, find_vocabulary
from ovmr_index.vocabularies.training_file import count_labels, require_labels


@naming_arguments
class Vocabularies:
    """Lists of categories: `index.vocabularies`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Show the names of the vocabularies."""
        names = ", ".join(one.name for one in self.list()) if self._session.exists else ""
        return f"<Vocabularies: {names or 'none'}>"

    def list(self) -> list[VocabularySummary]:
        """Return the vocabularies by name."""
        with self._session.read() as connection:
            return Records(stored_vocabularies.summaries(connection))

    def names(self, vocabulary: str = LVIS_TRAIN) -> dict[int, str]:
        """Return the names of the categories of a vocabulary by id, in its order.

        Raises:
            UsageError: There is no such vocabulary.
            MissingSourceError: It is LVIS train's, which the index does not hold.
        """
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
            return {one.key: one.name for one in connection.execute(categories(vocabulary_pk))}

    def stale(self) -> Sequence[str]:
        """Return the vocabularies whose pools are older than what was ingested since, by name."""
        with self._session.read() as connection:
            return stale_vocabularies(connection)

    def add(self, name: str, file: Path) -> AddedVocabulary:
        """Add the categories of a file as a vocabulary; make the index if there is none.

        Args:
            name: What to call the vocabulary.
            file: A list of categories, in one of the forms that `read_categories` reads.

        Raises:
            RecordError: The file is another kind of file.
            UsageError: The name is taken, or cannot name a vocabulary.
        """
        listed = read_categories(file)
        if not self._session.exists:
            make_index(self._session)
        with self._session.write() as connection:
            return add_vocabulary(connection, name, listed)

    def rm(self, name: str) -> None:
        """Remove a vocabulary that was added, with its pools and partitions.

        Raises:
            UsageError: There is none of that name, or it came with a dataset.
        """
        with self._session.write() as connection:
            stored_vocabularies.remove(connection, name)


@naming_arguments
class Partitions:
    """Base and novel categories of vocabularies: `index.partitions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Show the names of the partitions."""
        stored = self.list() if self._session.exists else []
        names = ", ".join(f"{one.name} of {one.vocabulary}" for one in stored)
        return f"<Partitions: {names or 'none'}>"

    def list(self) -> list[PartitionSummary]:
        """Return the partitions by vocabulary and name; `rare` is there where categories are."""
        with self._session.read() as connection:
            return partitions.summaries(connection)

    def add(
        self,
        name: str,
        novel: CategoryRefs | None = None,
        base: CategoryRefs | None = None,
        *,
        frequency: str | None = None,
        file: Path | None = None,
        builtin: str | None = None,
        vocabulary: str = LVIS_TRAIN,
    ) -> PartitionSummary:
        """Add a partition of a vocabulary: give one of `novel`, `frequency`, `file`, `builtin`.

        Args:
            name: What to call the partition.
            novel: The novel categories, each by id, name or synset.
            base: The base categories, with `novel` alone; all others if None.
            frequency: Letters out of `rcf`; the categories of these frequencies are novel.
            file: A file with the novel, or the novel and the base categories, in one of the forms
                that `read_partition` reads.
            builtin: The name of a published partition: `ov-coco`.
            vocabulary: The vocabulary to divide.

        Raises:
            UsageError: The name is taken, a category is unknown or in both parts, none is novel,
                or not exactly one of the four is given.
            RecordError: The file is another kind of file.
        """
        _require_one(novel, frequency, file, builtin)
        _require_novel(novel, base)
        lists = PartitionLists(novel or (), base)
        if file is not None:
            lists = read_partition(file)
        elif builtin is not None:
            lists = PartitionLists(*partitions.published_partition(builtin))
        with self._session.write() as connection:
            if frequency is not None:
                lists = PartitionLists(partitions.of_frequency(connection, vocabulary, frequency))
            added = partitions.add(connection, vocabulary, name, lists)
            said = misnamed_lines(connection, lists.lines)
            return added._replace(note=describe_misnamed(said)) if said else added

    def rm(self, name: str, *, vocabulary: str = LVIS_TRAIN) -> None:
        """Remove a partition; raises UsageError if there is none of that name."""
        with self._session.write() as connection:
            partitions.remove(connection, vocabulary, name)

    def notes(self, by: PartitionFilter | None, *, vocabulary: str = LVIS_TRAIN) -> Sequence[str]:
        """Return which categories of a filter's partition the vocabulary has no longer, in a line.

        Raises:
            UsageError: There is no such vocabulary or partition.
            OvmrIndexError: It cannot be told which category of the vocabulary one of it is.
        """
        with self._session.read() as connection:
            return selection_notes(connection, vocabulary, by)

    def check(
        self, file: Path, partition: str = RARE_PARTITION, *, vocabulary: str = LVIS_TRAIN
    ) -> PartitionCheck:
        """Count what a training file labels, and which of it has a novel category.

        Args:
            file: An annotation file, or what `export` writes as imagenet-lvis, exemplars or sample.
            partition: The partition whose novel categories are looked for.
            vocabulary: The vocabulary that the file was made of.

        Raises:
            RecordError: The file is another kind of file, or labels nothing.
            UsageError: There is no such partition.
            OvmrIndexError: The file has another category under some id, or no category that the
                vocabulary has.
        """
        with self._session.read() as connection:
            partitions.find_part(connection, vocabulary, partition, "novel")
        with self._session.progress(file.name, None, "labels"):
            labels = count_labels(file)
        with self._session.read() as connection:
            found = partition_check.check(connection, vocabulary, partition, labels, file)
        require_labels(file, labels)
        return found


def _require_one(*given: object) -> None:
    """Raise UsageError unless one of the ways to say what is novel is given."""
    if sum(one is not None for one in given) != 1:
        raise UsageError("give one of novel, frequency, file and builtin")


def _require_novel(novel: CategoryRefs | None, base: CategoryRefs | None) -> None:
    """Raise UsageError where base categories are given alone."""
    if base is not None and novel is None:
        raise UsageError("base is given without novel; give both, or leave base out")
