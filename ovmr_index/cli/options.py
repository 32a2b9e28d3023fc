"""Options that several commands share, and the settings that the global options make."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from ovmr_index.cli.colours import choose
from ovmr_index.cli.configured import Configured
from ovmr_index.cli.formats import Format, Records, print_records, print_rows
from ovmr_index.cli.output import Columns, print_json, say, show
from ovmr_index.cli.progress_bars import bars
from ovmr_index.cli.shard_notes import note_missing_shards
from ovmr_index.cli.usual_recipe import note_recipe
from ovmr_index.errors import UsageError
from ovmr_index.progress import Progress, silent
from ovmr_index.storage.paths import check_name
from ovmr_index.storage.remote.urls import place
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION, Part, PartitionFilter

if TYPE_CHECKING:
    from ovmr_index import DrawOptions, Index
    from ovmr_index.db.location import Location

_LARGEST = 1_000_000_000
_SHOWN = 10
_READ_BY_PEOPLE = ("table", "markdown")

T = TypeVar("T")
Split = Literal["train", "val"]


@dataclass
class Settings:
    """The values of the global options, for the one command that runs.

    `dry_run`, `allow_vanished`, `rehash` and `on_error` are options of `ingest`, which may stand
    before the dataset or after it. With `data_on_stdout` what is said of the data goes to standard
    error. `form` is how tables are printed. `configured` has the keys of `ovmr-index.toml`.
    """

    root: Path
    db: "Location | None"
    json: bool
    quiet: bool
    configured: Configured
    dry_run: bool = False
    allow_vanished: bool = False
    rehash: bool = False
    on_error: Literal["abort", "skip"] | None = None
    data_on_stdout: bool = False
    form: Format = "table"

    @property
    def colours(self) -> Literal["auto", "always", "never"]:
        """When colours are printed: `auto` is on a terminal."""
        found: Literal["auto", "always", "never"] = self.configured.value("colours") or "auto"
        return found

    @property
    def progress(self) -> Progress:
        """How progress is shown."""
        return silent if self.quiet else bars()

    def open(self, *, create: bool = False, check: bool = True) -> "Index":
        """Open the index; without `create` it must exist, without `check` no lock is waited for."""
        import logging

        from ovmr_index import Index

        # It would print how Ctrl-C came while a connection was closed, beside what is said of that.
        for pools in ("sqlalchemy.pool", "ovmr_index.db"):
            logging.getLogger(pools).addHandler(logging.NullHandler())
        progress = self.progress
        return Index.open(self.root, self.db, create=create, check=check, progress=progress)

    def note(self, message: str) -> None:
        """Print a note on standard error, unless --quiet is given."""
        if not self.quiet:
            say(message, "note")

    def note_selection(self, index: "Index", *samples: "DrawOptions | str") -> None:
        """Print a note of each partition that draws selected by and that has lost categories.

        And one of pools that are not by the recipe of `ovmr-index.toml`. Nothing is said of saved
        samples, which are given by name.
        """
        draws = (one for one in samples if not isinstance(one, str))
        asked = dict.fromkeys((one.partition_filter, one.vocabulary) for one in draws)
        for by, vocabulary in asked:
            for line in index.partitions.notes(by, vocabulary=vocabulary):
                self.note(line)
        note_missing_shards(self, index)
        note_recipe(self, index, *dict.fromkeys(vocabulary for _, vocabulary in asked))

    def print_table(
        self,
        columns: Columns,
        rows: Sequence[Sequence[Any]],
        *,
        bar: str | None = None,
        records: Records | None = None,
        otherwise: str | None = None,
        beside: bool = False,
    ) -> None:
        """Print a table in the format of --format, apart from JSON, which is the command's own.

        Args:
            columns: The names of the columns.
            rows: The values of each row, as people read them.
            bar: The column whose numbers have bars beside them on a terminal.
            records: The same as objects, which CSV and lines of JSON have instead.
            otherwise: A note in place of a table without rows.
            beside: Whether it stands beside another table, which CSV and lines of JSON have alone.
        """
        by_people = self.form in _READ_BY_PEOPLE
        if beside and not by_people:
            return
        if otherwise is not None and not rows:
            self.note(otherwise)
            if by_people:
                return
        if records is None or by_people:
            print_rows(self.form, columns, rows, bar=bar)
        else:
            print_records(self.form, columns, records)

    def print_gap(self) -> None:
        """Print an empty line between tables, where people read them."""
        if self.form in _READ_BY_PEOPLE:
            show()

    def report(self, line: str) -> None:
        """Print a line of what was done, apart from the data."""
        (say if self.data_on_stdout else show)(line)

    def report_json(self, data: object) -> None:
        """Print what was done as JSON, apart from the data."""
        print_json(data, sys.stderr if self.data_on_stdout else None)

    def warn(self, problems: Sequence[str]) -> None:
        """Print problems on standard error: the first ten, and how many more there are."""
        for problem in problems[:_SHOWN]:
            say(problem)
        if len(problems) > _SHOWN:
            say(f"and {len(problems) - _SHOWN:,} more")


def settings(context: typer.Context, as_json: bool = False, form: Format | None = None) -> Settings:
    """Return the settings; `as_json` and `form` are --json and --format after the command.

    With --json a --format has no effect. Beside a table that programs read nothing else is printed
    on standard output.
    """
    found: Settings = context.obj
    found.json = found.json or as_json or form == "json"
    if found.json:
        choose("never")
    if form is not None:
        found.form = "json" if found.json else form
        found.data_on_stdout = found.form not in ("table", "json")
    return found


def given(value: T | None, otherwise: T) -> T:
    """Return the value of an option, or `otherwise` if it is not given."""
    return otherwise if value is None else value


def in_range(value: float | None) -> float | None:
    """Refuse numbers that are negative, not a number, or larger than anything in an index."""
    if value is not None and not 0 <= value <= _LARGEST:
        raise typer.BadParameter(f"{value} is not in the range 0 to {_LARGEST}.")
    return value


def partition_filter(
    partition: str | None, only: Part | None, without: Part | None
) -> PartitionFilter | None:
    """Return the filter of --partition, --only and --without, None for all categories."""
    part = only or without
    if part is None:
        if partition is not None:
            raise UsageError("--partition: give --only or --without with it")
        return None
    if only is not None and without is not None:
        raise UsageError("--only and --without are both given; give one of them")
    return PartitionFilter(partition or RARE_PARTITION, part, only=only is not None)


def to_path(text: str) -> Path:
    """Return the path or address of an option; refuse an empty one, which is the working folder.

    It is what a shell makes of a variable that is not set.
    """
    if not text:
        raise typer.BadParameter("the path is empty; give one, or leave the option out")
    return place(text)


def to_place(text: str) -> str:
    """Return the place of an index as it was given, a path or a URL; refuse an empty one."""
    to_path(text)
    return text


def sample_name(parameter: typer.CallbackParam, value: str | None) -> str | None:
    """Refuse names of samples that files cannot have."""
    if value is not None:
        try:
            check_name("sample", value)
        except UsageError as error:
            raise UsageError(f"{parameter.opts[0]}: {error}") from None
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
AllowEmpty = Annotated[
    bool,
    typer.Option("--allow-empty", help="Let a file without records replace one that has some."),
]
IgnoreCuration = Annotated[
    bool,
    typer.Option(
        "--ignore-curation", help="Do as if no exemplar were excluded or pinned; see `curate`."
    ),
]
SplitOption = Annotated[Split, typer.Option(help="The split of LVIS.")]
_VOCABULARY = typer.Option(
    "--vocabulary",
    metavar="NAME",
    help="The list of categories; see `vocabulary list`.",
    show_default=LVIS_TRAIN,
)
Vocabulary = Annotated[str, _VOCABULARY]
OptionalVocabulary = Annotated[str | None, _VOCABULARY]
OptionalPartition = Annotated[
    str | None,
    typer.Option(
        "--partition",
        metavar="NAME",
        help="The partition that --only and --without are parts of; see `partition list`.",
        show_default=RARE_PARTITION,
    ),
]
Only = Annotated[
    Part | None, typer.Option("--only", help="Only the categories in this part of --partition.")
]
Without = Annotated[
    Part | None,
    typer.Option("--without", help="Only the categories outside this part of --partition."),
]
PART_OPTIONS = ("partition", "only", "without")
SavedName = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        callback=sample_name,
        help="Take a saved sample instead of a new draw.",
    ),
]
