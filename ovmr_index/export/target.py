"""What an export target is, and what it gives back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.export.context import ExportJob


class Written(NamedTuple):
    """A file that was written, how many records it holds, and what is to be told of these."""

    path: Path
    records: int
    problems: Sequence[str] = ()


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
