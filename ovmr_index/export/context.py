"""What an export target gets to work with."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, Select, select

from ovmr_index.curation.marked import not_excluded
from ovmr_index.db.models import Vocabulary
from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError, command
from ovmr_index.export.emptied import keep_records
from ovmr_index.ingest.stored_sources import find_lvis_source
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.partition_notes import selection_notes
from ovmr_index.vocabularies.partitions import selected_categories
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


@dataclass(frozen=True, slots=True)
class ExportContext:
    """An index, and the options of an export.

    Attributes:
        session: The index.
        split: Which of LVIS's files: train or val. Other vocabularies have one file.
        add_frequency: Whether categories get a frequency by their counted images.
        vocabulary: Whose categories.
        partition_filter: Which of the categories; None for all.
        allow_empty: Whether a file without records may replace one that has some.
        ignore_curation: Whether to write as if no exemplar were excluded.
        notes: What is good to know of the categories that were `selected`; it grows with each call.
    """

    session: Session
    split: str = "train"
    add_frequency: bool = False
    vocabulary: str = LVIS_TRAIN
    partition_filter: PartitionFilter | None = None
    allow_empty: bool = False
    ignore_curation: bool = False
    notes: list[str] = field(default_factory=list, compare=False)

    @property
    def engine(self) -> Engine:
        """The engine of the index, for SQLAlchemy."""
        return self.session.engine

    @property
    def root(self) -> Path:
        """The folder that the datasets are in."""
        return self.session.root

    @property
    def progress(self) -> Progress:
        """How progress is shown."""
        return self.session.progress

    def vocabulary_of(self, split: str) -> str:
        """Return the name of the vocabulary asked for; LVIS has one a split."""
        return f"lvis_v1_{split}" if self.vocabulary == LVIS_TRAIN else self.vocabulary

    def category_list(self, connection: Connection, split: str) -> int:
        """Return the vocabulary (pk) whose categories are written.

        Raises:
            MissingSourceError: The index lacks LVIS's file of the split.
            UsageError: There is no such vocabulary.
        """
        if self.vocabulary == LVIS_TRAIN:
            find_lvis_source(connection, split, self.root)
        return find_vocabulary(connection, self.vocabulary_of(split))

    def source(self, connection: Connection) -> int:
        """Return the source (pk) that the vocabulary came with.

        Raises:
            MissingSourceError: The vocabulary came with no source, or the index lacks it.
        """
        if self.vocabulary == LVIS_TRAIN:
            return find_lvis_source(connection, self.split, self.root)
        query = select(Vocabulary.c.source_pk).where(
            Vocabulary.c.pk == find_vocabulary(connection, self.vocabulary)
        )
        found = connection.execute(query).scalar_one()
        if found is None:
            raise MissingSourceError(
                f"vocabulary {self.vocabulary} came with no dataset that could be counted or"
                f" written; run {command('ingest coco')} or {command('ingest folder')}"
            )
        return found

    def not_excluded(self, connection: Connection, vocabulary_pk: int) -> list[ColumnElement[bool]]:
        """Return the condition that an entry of the pools is to be written; none for all."""
        return [] if self.ignore_curation else not_excluded(connection, vocabulary_pk)

    def keep_records(self, path: Path, count: int, record: bytes) -> None:
        """Raise EmptyOutputError where `count` records would replace more than none with none.

        `record` is a regular expression of what only a file with records holds.
        """
        keep_records(path, count, record, allow_empty=self.allow_empty)

    def selected(self, connection: Connection, split: str) -> Select[int] | None:
        """Return the query of the categories (pk) that the filter leaves, None for all."""
        if self.partition_filter is None:
            return None
        vocabulary = self.vocabulary_of(split)
        self.notes.extend(selection_notes(connection, vocabulary, self.partition_filter))
        return selected_categories(connection, vocabulary, self.partition_filter)
