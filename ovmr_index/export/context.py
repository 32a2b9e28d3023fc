"""What an export target gets to work with, and what it gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Select, select

from ovmr_index.db.models import Source, Vocabulary
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.records import LVIS, PartChoice, Problem
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.partitions import kept_categories
from ovmr_index.vocabularies.vocabularies import vocabulary_row


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An index, the root of its datasets, what is asked for, and how to show progress.

    `split` is that of LVIS's file; other vocabularies have one. `part` leaves some categories.
    """

    engine: Engine
    root: Path
    progress: Progress
    split: str = "train"
    add_frequency: bool = False
    vocabulary: str = LVIS
    part: PartChoice | None = None

    def path(self, target: "Target") -> Path:
        """Return where a target goes: published paths are those of LVIS's whole files."""
        file = target.file.format(split=self.split)
        if self.vocabulary != LVIS:
            file = f"metadata/{self.vocabulary}/{target.own_file}"
        path = self.root / file
        if self.part is None:
            return path
        return path.with_stem(f"{path.stem.removesuffix('_all')}_{self.part.label}")

    def vocabulary_of(self, split: str) -> str:
        """Return the vocabulary asked for; LVIS has one a split."""
        return f"lvis_v1_{split}" if self.vocabulary == LVIS else self.vocabulary

    def category_list(self, connection: Connection, split: str) -> int:
        """Return the row of that vocabulary; raises MissingSourceError, UsageError without it."""
        if self.vocabulary == LVIS:
            lvis_source(connection, split)
        return vocabulary_row(connection, self.vocabulary_of(split))

    def source(self, connection: Connection) -> int:
        """Return the row of the source that the vocabulary came with.

        Raises MissingSourceError where it came with none.
        """
        if self.vocabulary == LVIS:
            return lvis_source(connection, self.split)
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


class Written(NamedTuple):
    """A file that was written, how many records it holds, and what is to be told of these."""

    path: Path
    records: int
    problems: Sequence[str] = ()


class PicturesReport(NamedTuple):
    """How many pictures were written now and before; a problem is (dataset, file name, reason)."""

    written: int
    kept: int
    problems: list[Problem]


class Target(NamedTuple):
    """An export target: where it goes below the root, and what writes it.

    `file` may hold `{split}`; `own_file` is the name of that of another vocabulary. `write` raises
    MissingSourceError where it lacks a source. `needs_pools` tells that it writes what `collate`
    makes.
    """

    name: str
    file: str
    own_file: str
    write: Callable[[ExportJob, Path], Written]
    needs_pools: bool = False


def lvis_source(connection: Connection, split: str) -> int:
    """Return the row of LVIS's file of a split; raises MissingSourceError without one."""
    name = f"lvis_v1_{split}"
    found = connection.execute(select(Source.id).where(Source.name == name)).scalar()
    if found is None:
        raise MissingSourceError(
            f"the index holds no LVIS {split} annotations; run `ovmr-index ingest lvis` first"
        )
    return found


def has_format(connection: Connection, format_name: str) -> bool:
    """Tell whether a source of a format is in the index."""
    query = select(Source.id).where(Source.format == format_name).limit(1)
    return connection.execute(query).scalar() is not None


def lvis_vocabulary(connection: Connection) -> int:
    """Return the vocabulary of LVIS's train file; raises MissingSourceError without one."""
    query = select(Vocabulary.id).where(Vocabulary.source_id == lvis_source(connection, "train"))
    return connection.execute(query).scalar_one()
