"""The part of `Index` that looks after vocabularies."""

from pathlib import Path

from ovmr_index.db import schema
from ovmr_index.db.engine import reading, writing
from ovmr_index.index.base import IndexBase
from ovmr_index.vocabularies import vocabularies
from ovmr_index.vocabularies.add import AddedVocabulary, add_vocabulary
from ovmr_index.vocabularies.list_files import read_vocabulary
from ovmr_index.vocabularies.synsets import load_wordnet
from ovmr_index.vocabularies.vocabularies import VocabularySummary


class Vocabularies(IndexBase):
    """Lists of categories: those of datasets, and one's own."""

    def vocabularies(self) -> list[VocabularySummary]:
        """Return the vocabularies by name."""
        with reading(self.engine) as connection:
            return vocabularies.summaries(connection)

    def add_vocabulary(self, name: str, file: Path) -> AddedVocabulary:
        """Add the categories of a file as a vocabulary; `read_vocabulary` tells the file's forms.

        Makes the index if there is none. Raises RecordError for a file that is no such list,
        UsageError for a name that is taken or none.
        """
        records = read_vocabulary(file)
        if not self.path.exists():
            schema.create(self.path, load_wordnet)
        with writing(self.engine) as connection:
            return add_vocabulary(connection, name, records)

    def remove_vocabulary(self, name: str) -> None:
        """Forget a vocabulary, its pools and partitions.

        Raises UsageError without one of that name, and for one that came with a dataset.
        """
        with writing(self.engine) as connection:
            vocabularies.remove(connection, name)
