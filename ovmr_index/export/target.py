"""What an export target is, and what it gives back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.export.context import ExportContext
from ovmr_index.vocabularies.names import LVIS_TRAIN


class WrittenFile(NamedTuple):
    """A file that was written, how many records it holds, and what is to be told of these."""

    path: Path
    records: int
    problems: Sequence[str] = ()


class Target(NamedTuple):
    """An export target: where it goes below the root, and what writes it.

    `file` may hold `{split}`; `vocabulary_file` is the file's name for another vocabulary than
    LVIS's. `write` raises MissingSourceError where it lacks a source. With `needs_pools` it writes
    what `collate` makes.
    """

    name: str
    file: str
    vocabulary_file: str
    write: Callable[[ExportContext, Path], WrittenFile]
    needs_pools: bool = False

    def path(self, context: ExportContext) -> Path:
        """Return where the target goes: published paths are those of LVIS's whole files."""
        file = self.file.format(split=context.split)
        if context.vocabulary != LVIS_TRAIN:
            file = f"metadata/{context.vocabulary}/{self.vocabulary_file}"
        path = context.session.root / file
        if context.part is None:
            return path
        return path.with_stem(f"{path.stem.removesuffix('_all')}_{context.part.label}")
