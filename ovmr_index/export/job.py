"""What an export target gets to work with, and what it gives back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from ovmr_index.db.models import Source, Vocabulary
from ovmr_index.errors import MissingSourceError
from ovmr_index.progress import Progress


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An index, the root of its datasets, the split asked for, and how to show progress."""

    engine: Engine
    root: Path
    progress: Progress
    split: str = "train"
    add_frequency: bool = False


class Written(NamedTuple):
    """A file that was written, how many records it holds, and what was left out of it."""

    path: Path
    records: int
    problems: Sequence[str] = ()


class Target(NamedTuple):
    """An export target: where it goes below the root, and what writes it.

    `file` may hold `{split}`; `write` raises MissingSourceError where it lacks a source.
    `needs_pools` tells that it writes what `collate` makes.
    """

    name: str
    file: str
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
