"""What an export target gets to work with, and what it gives back."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Select, select

from ovmr_index.db.models import Vocabulary
from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError
from ovmr_index.export.target import Target
from ovmr_index.ingest.stored_sources import find_lvis_source
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.partitions import kept_categories
from ovmr_index.vocabularies.vocabularies import vocabulary_row


@dataclass(frozen=True, slots=True)
class ExportContext:
    """An index, and what is asked for.

    `split` is that of LVIS's file; other vocabularies have one. `part` leaves some categories.
    """

    session: Session
    split: str = "train"
    add_frequency: bool = False
    vocabulary: str = LVIS_TRAIN
    part: PartitionFilter | None = None

    def path(self, target: "Target") -> Path:
        """Return where a target goes: published paths are those of LVIS's whole files."""
        file = target.file.format(split=self.split)
        if self.vocabulary != LVIS_TRAIN:
            file = f"metadata/{self.vocabulary}/{target.vocabulary_file}"
        path = self.session.root / file
        if self.part is None:
            return path
        return path.with_stem(f"{path.stem.removesuffix('_all')}_{self.part.label}")

    def vocabulary_of(self, split: str) -> str:
        """Return the vocabulary asked for; LVIS has one a split."""
        return f"lvis_v1_{split}" if self.vocabulary == LVIS_TRAIN else self.vocabulary

    def category_list(self, connection: Connection, split: str) -> int:
        """Return the row of that vocabulary; raises MissingSourceError, UsageError without it."""
        if self.vocabulary == LVIS_TRAIN:
            find_lvis_source(connection, split)
        return vocabulary_row(connection, self.vocabulary_of(split))

    def source(self, connection: Connection) -> int:
        """Return the row of the source that the vocabulary came with.

        Raises MissingSourceError where it came with none.
        """
        if self.vocabulary == LVIS_TRAIN:
            return find_lvis_source(connection, self.split)
        query = select(Vocabulary.source_id).where(
            Vocabulary.id == vocabulary_row(connection, self.vocabulary)
        )
        found = connection.execute(query).scalar_one()
        if found is None:
            raise MissingSourceError(
                f"vocabulary {self.vocabulary} came with no dataset that could be counted or"
                " written; run `ovmr-index ingest coco` or `ingest folder`"
            )
        return found

    def kept(self, connection: Connection, split: str) -> Select[int] | None:
        """Return the query of the rows of the categories that `part` leaves, None for all."""
        if self.part is None:
            return None
        return kept_categories(connection, self.vocabulary_of(split), self.part)
