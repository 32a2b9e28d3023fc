"""Options that several commands share, and what the global ones say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from ovmr_index.cli.bars import bars
from ovmr_index.cli.output import say
from ovmr_index.errors import UsageError
from ovmr_index.progress import Progress, silent
from ovmr_index.records import Method, OnShortage

if TYPE_CHECKING:
    from ovmr_index.index import DrawOptions, Index

_LARGEST = 1_000_000_000
_SHOWN = 10

T = TypeVar("T")
Split = Literal["train", "val"]


@dataclass
class Settings:
    """What the global options say, for the one command that runs."""

    root: Path
    db: Path | None
    json: bool
    quiet: bool

    @property
    def progress(self) -> Progress:
        """Return how progress is shown."""
        return silent if self.quiet else bars()

    def open(self, *, create: bool = False) -> "Index":
        """Open the index; without `create` it must be there."""
        from ovmr_index.index import Index

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
K = Annotated[
    int | None,
    typer.Option(
        "-K", metavar="K", callback=in_range, help="Exemplars a category.", show_default="5"
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="Another seed, another draw.", show_default="42"),
]
MethodOption = Annotated[
    Method | None,
    typer.Option("--method", help="How to draw: numpy is the published way.", show_default="numpy"),
]
OnShortageOption = Annotated[
    OnShortage | None,
    typer.Option(
        "--on-shortage",
        help="Where there are fewer than K: stop, draw with replacement, or take what there is.",
        show_default="error",
    ),
]
SavedName = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        callback=sample_name,
        help="A saved sample; then nothing is drawn.",
    ),
]


def draw_options(
    k: int | None, seed: int | None, method: Method | None, on_shortage: OnShortage | None
) -> "DrawOptions":
    """Return the options of a draw, the published ones for those not given."""
    from ovmr_index.index import DrawOptions

    published = DrawOptions()
    return DrawOptions(
        k=given(k, published.k),
        seed=given(seed, published.seed),
        method=given(method, published.method),
        on_shortage=given(on_shortage, published.on_shortage),
    )


def saved_or_drawn(
    name: str | None,
    k: int | None,
    seed: int | None,
    method: Method | None,
    on_shortage: OnShortage | None,
) -> "DrawOptions | str":
    """Return the name of a saved sample, or the options of a draw; both are wrong usage."""
    if name is None:
        return draw_options(k, seed, method, on_shortage)
    if any(value is not None for value in (k, seed, method, on_shortage)):
        raise UsageError("a saved sample is not drawn again; give its name or options to draw")
    return name
