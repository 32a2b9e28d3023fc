"""`index.samples`, `index.vocabularies` and `index.partitions`, whose lists become frames."""

from ovmr_index.arguments import naming_arguments
from ovmr_index.index.rows import Rows
from ovmr_index.samples.api import Samples
from ovmr_index.samples.saved_queries import SampleSummary
from ovmr_index.vocabularies.api import Partitions, Vocabularies
from ovmr_index.vocabularies.partitions import PartitionSummary
from ovmr_index.vocabularies.stored_vocabularies import VocabularySummary


@naming_arguments
class IndexSamples(Samples):
    """Draws of K exemplars a category: `index.samples`."""

    def list(self) -> Rows[SampleSummary]:
        """Return the saved samples by name, as a table."""
        return Rows(super().list())


@naming_arguments
class IndexVocabularies(Vocabularies):
    """Lists of categories, each with its own pools: `index.vocabularies`."""

    def list(self) -> Rows[VocabularySummary]:
        """Return the vocabularies by name, as a table."""
        return Rows(super().list())


@naming_arguments
class IndexPartitions(Partitions):
    """Base and novel categories of vocabularies: `index.partitions`."""

    def list(self) -> Rows[PartitionSummary]:
        """Return the partitions by vocabulary and name, as a table."""
        return Rows(super().list())
