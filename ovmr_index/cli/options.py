"""Options that several commands share, and what the global ones say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from ovmr_index.cli.output import say
from ovmr_index.cli.progress_bars import bars
from ovmr_index.errors import UsageError
from ovmr_index.progress import Progress, silent
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION, Part, PartitionFilter

if TYPE_CHECKING:
    from ovmr_index import Index

_LARGEST = 1_000_000_000
_SHOWN = 10

T = TypeVar("T")
Split = Literal["train", "val"]


@dataclass
class Settings:
    """What the global options say, for the one command that runs; `dry_run` is that of ingest."""

    root: Path
    db: Path | None
    json: bool
    quiet: bool
    dry_run: bool = False

    @property
    def progress(self) -> Progress:
        """Return how progress is shown."""
        return silent if self.quiet else bars()

    def open(self, *, create: bool = False) -> "Index":
        """Open the index; without `create` it must be there."""
        from ovmr_index import Index

        return Index.open(self.root, self.db, create=create, progress=self.progress)

    def note(self, message: str) -> None:
        """Tell something that is good to know, unless --quiet was given."""
        if not self.quiet:
            say(message)

    def warn(self, problems: Sequence[str]) -> None:
        """Tell what went wrong while the rest went on: the first ten, and how many more."""
        for problem in problems[:_SHOWN]:
            say(problem)
        if len(problems) > _SHOWN:
            say(f"and {len(problems) - _SHOWN:,} more")


def settings(context: typer.Context, as_json: bool = False) -> Settings:
    """Return what the global options say; `as_json` is --json after the command."""
    found: Settings = context.obj
    found.json = found.json or as_json
    return found


def given(value: T | None, otherwise: T) -> T:
    """Return the value of an option, or what holds where it was not given."""
    return otherwise if value is None else value


def in_range(value: float | None) -> float | None:
    """Refuse numbers that are negative, none at all, or more than anything could hold."""
    if value is not None and not 0 <= value <= _LARGEST:
        raise typer.BadParameter(f"{value} is not in the range 0 to {_LARGEST}.")
    return value


def partition_filter(
    partition: str | None, only: Part | None, without: Part | None
) -> PartitionFilter | None:
    """Return the categories that options leave, None for all of them."""
    part = only or without
    if part is None:
        if partition is not None:
            raise UsageError("--partition: give --only or --without with it")
        return None
    if only is not None and without is not None:
        raise UsageError("--only and --without are both given; give one of them")
    return PartitionFilter(partition or RARE_PARTITION, part, only=only is not None)


def sample_name(value: str | None) -> str | None:
    """Refuse names of samples that could not be those of files."""
    if value is not None and (not value.isprintable() or "/" in value or value.strip(". ") == ""):
        raise typer.BadParameter("give letters, digits and signs other than '/'.")
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write there, not to the published path."),
]
SplitOption = Annotated[Split, typer.Option(help="Which of LVIS's files.")]
_VOCABULARY = typer.Option(
    "--vocabulary",
    metavar="NAME",
    help="Whose categories; see `vocabulary list`.",
    show_default=LVIS_TRAIN,
)
Vocabulary = Annotated[str, _VOCABULARY]
OptionalVocabulary = Annotated[str | None, _VOCABULARY]
OptionalPartition = Annotated[
    str | None,
    typer.Option(
        "--partition",
        metavar="NAME",
        help="What --only and --without mean; see `partition list`.",
        show_default=RARE_PARTITION,
    ),
]
Only = Annotated[
    Part | None, typer.Option("--only", help="Only the categories of this part of --partition.")
]
Without = Annotated[
    Part | None, typer.Option("--without", help="All categories but those of this part.")
]
PART_OPTIONS = ("partition", "only", "without")
SavedName = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        callback=sample_name,
        help="A saved sample; then nothing is drawn.",
    ),
]
