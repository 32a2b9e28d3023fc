"""The face of vocabularies and partitions in `Index`."""

from pathlib import Path

from ovmr_index.db import schema
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies import partition_check, partitions, vocabularies
from ovmr_index.vocabularies.add import AddedVocabulary, add_vocabulary
from ovmr_index.vocabularies.list_files import read_partition, read_vocabulary
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_check import PartitionCheck
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION
from ovmr_index.vocabularies.partitions import CategoryRefs, PartitionSummary
from ovmr_index.vocabularies.synsets import load_wordnet
from ovmr_index.vocabularies.training_file import count_labels
from ovmr_index.vocabularies.vocabularies import VocabularySummary


class Vocabularies:
    """Lists of categories: `index.vocabularies`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Name the vocabularies."""
        names = ", ".join(one.name for one in self.list()) if self._session.exists else ""
        return f"<vocabularies: {names or 'none'}>"

    def list(self) -> list[VocabularySummary]:
        """Return the vocabularies by name."""
        with self._session.read() as connection:
            return vocabularies.summaries(connection)

    def add(self, name: str, file: Path) -> AddedVocabulary:
        """Add the categories of a file as a vocabulary; `read_vocabulary` names the file's forms.

        Makes the index if there is none.

        Raises:
            RecordError: The file is no such list.
            UsageError: The name is taken, or cannot name a vocabulary.
        """
        records = read_vocabulary(file)
        if not self._session.exists:
            schema.create(self._session.path, load_wordnet)
        with self._session.write() as connection:
            return add_vocabulary(connection, name, records)

    def rm(self, name: str) -> None:
        """Remove a vocabulary that was added, with its pools and partitions.

        Raises:
            UsageError: There is none of that name, or it came with a dataset.
        """
        with self._session.write() as connection:
            vocabularies.remove(connection, name)


class Partitions:
    """Base and novel categories of vocabularies: `index.partitions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Name the partitions."""
        held = self.list() if self._session.exists else []
        names = ", ".join(f"{one.name} of {one.vocabulary}" for one in held)
        return f"<partitions: {names or 'none'}>"

    def list(self) -> list[PartitionSummary]:
        """Return the partitions by vocabulary and name; `rare` exists by itself."""
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
        """Add a partition of a vocabulary, by one of four ways to say what is novel.

        Args:
            name: What to call it.
            novel: The novel categories, each by id, name or synset.
            base: The base categories; all that are not novel if None.
            frequency: Letters of `rcf`; the categories of these frequencies are novel.
            file: A file that `read_partition` reads.
            builtin: A published partition, `ov-coco`.
            vocabulary: Whose categories are meant.

        Raises:
            UsageError: The name is taken, a category is unknown or in both parts, or not exactly
                one way was given.
            RecordError: The file is no such list.
        """
        if sum(one is not None for one in (novel, frequency, file, builtin)) != 1:
            raise UsageError("give one of novel, frequency, file and builtin")
        if file is not None:
            parts = read_partition(file)
            novel, base = parts.novel, parts.base
        elif builtin is not None:
            novel, base = partitions.built_in(builtin)
        with self._session.write() as connection:
            if frequency is not None:
                novel = partitions.of_frequency(connection, vocabulary, frequency)
            return partitions.add(connection, vocabulary, name, novel or (), base)

    def rm(self, name: str, *, vocabulary: str = LVIS_TRAIN) -> None:
        """Remove a partition; raises UsageError without one of that name."""
        with self._session.write() as connection:
            partitions.remove(connection, vocabulary, name)

    def check(
        self, file: Path, partition: str = RARE_PARTITION, *, vocabulary: str = LVIS_TRAIN
    ) -> PartitionCheck:
        """Tell whether a training file labels a box or an image with a novel category.

        Reads annotations, imagenet-lvis, exemplars and samples.

        Raises:
            RecordError: The file is another kind of file.
            UsageError: There is no such partition.
        """
        with self._session.read() as connection:
            partitions.in_part(connection, vocabulary, partition, "novel")
        labels = count_labels(file)
        with self._session.read() as connection:
            return partition_check.check(connection, vocabulary, partition, labels)
