"""The part of `Index` that divides vocabularies into base and novel categories."""

from collections.abc import Sequence
from pathlib import Path

from ovmr_index.db.engine import reading, writing
from ovmr_index.index.base import IndexBase
from ovmr_index.vocabularies import partitions
from ovmr_index.vocabularies.list_files import read_partition
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.partition_check import PartitionCheck
from ovmr_index.vocabularies.partition_filter import RARE
from ovmr_index.vocabularies.partitions import PartitionSummary
from ovmr_index.vocabularies.training_file import read_labels

Names = Sequence[int | str]


class Partitions(IndexBase):
    """Base and novel categories."""

    def partitions(self) -> list[PartitionSummary]:
        """Return the partitions by vocabulary and name; `rare` is there by itself."""
        with reading(self.engine) as connection:
            return partitions.summaries(connection)

    def add_partition(
        self, name: str, novel: Names, base: Names | None = None, *, vocabulary: str = LVIS
    ) -> PartitionSummary:
        """Keep a partition; categories are given by id, name or synset.

        Without `base` all others are base. Raises UsageError for a name that is taken, and for a
        category that the vocabulary lacks.
        """
        with writing(self.engine) as connection:
            return partitions.add(connection, vocabulary, name, novel, base)

    def add_partition_file(
        self, name: str, file: Path, *, vocabulary: str = LVIS
    ) -> PartitionSummary:
        """Keep the partition that a file names; raises as `add_partition` and `read_partition`."""
        parts = read_partition(file)
        return self.add_partition(name, parts.novel, parts.base, vocabulary=vocabulary)

    def add_built_in_partition(
        self, name: str, built_in: str, *, vocabulary: str = LVIS
    ) -> PartitionSummary:
        """Keep a published partition; raises UsageError for one that does not come with this."""
        novel, base = partitions.built_in(built_in)
        return self.add_partition(name, novel, base, vocabulary=vocabulary)

    def add_frequency_partition(
        self, name: str, letters: str, *, vocabulary: str = LVIS
    ) -> PartitionSummary:
        """Keep a partition whose novel categories have one of the frequencies `letters`."""
        with writing(self.engine) as connection:
            novel = partitions.of_frequency(connection, vocabulary, letters)
            return partitions.add(connection, vocabulary, name, novel, None)

    def remove_partition(self, name: str, *, vocabulary: str = LVIS) -> None:
        """Forget a partition; raises UsageError without one of that name."""
        with writing(self.engine) as connection:
            partitions.remove(connection, vocabulary, name)

    def check_partition(
        self, file: Path, partition: str = RARE, *, vocabulary: str = LVIS
    ) -> PartitionCheck:
        """Tell whether a training file labels a box or a picture with a novel category.

        Reads annotations, imagenet-lvis, exemplars and samples. Raises RecordError for another
        file, UsageError without the partition.
        """
        with reading(self.engine) as connection:
            partitions.in_part(connection, vocabulary, partition, "novel")
        labels = read_labels(file)
        with reading(self.engine) as connection:
            return partitions.check(connection, vocabulary, partition, labels)
