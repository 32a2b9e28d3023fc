"""What an export target is, and what it gives back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Select

from ovmr_index.export.context import ExportContext
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.names import LVIS_TRAIN


class WrittenFile(NamedTuple):
    """A file that was written, how many records it holds, and what is wrong with some of these.

    `notes` are what is good to know of the categories that were selected.
    """

    path: Path
    records: int
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


class Ingredients(NamedTuple):
    """What a target is made from, for a list of the files that another machine needs.

    Attributes:
        sources: The names of the sources whose annotation files are read.
        images: Returns a query of the images (pk) that the target names, for the connection that
            runs it; raises MissingSourceError.
    """

    sources: tuple[str, ...] = ()
    images: Callable[[ExportContext, Connection], Select[int]] | None = None


class Target(NamedTuple):
    """An export target: one file, made from the index and an `ExportContext` alone.

    Attributes:
        name: What the command line calls it.
        file: Where it goes below the root; may hold `{split}`.
        vocabulary_file: The file's name for another vocabulary than LVIS's.
        write: Writes it to a path; raises MissingSourceError where the index lacks a source.
        needs_pools: Whether it writes what `collate` makes.
        ingredients: What it is made from.
    """

    name: str
    file: str
    vocabulary_file: str
    write: Callable[[ExportContext, Path], WrittenFile]
    needs_pools: bool = False
    ingredients: Ingredients = Ingredients()

    def path(self, context: ExportContext) -> Path:
        """Return where the target goes: published paths are those of LVIS's whole files.

        Raises UsageError for a vocabulary or partition whose name cannot be part of a path.
        """
        file = self.file.format(split=context.split)
        if context.vocabulary != LVIS_TRAIN:
            check_name("vocabulary", context.vocabulary)
            file = f"metadata/{context.vocabulary}/{self.vocabulary_file}"
        path = context.session.outputs / file
        if context.partition_filter is None:
            return path
        stem = path.stem.removesuffix("_all")
        return path.with_stem(f"{stem}_{context.partition_filter.label}")
