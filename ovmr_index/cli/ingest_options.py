"""Options that several commands of `ingest` have, before the dataset or after it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ovmr_index.cli.options import to_path


def _note_allow_vanished(context: typer.Context, value: bool) -> bool:
    if value:
        context.obj.allow_vanished = True
    return value


AllowVanished = Annotated[
    bool,
    typer.Option(
        "--allow-vanished",
        callback=_note_allow_vanished,
        help="Let more than half of a source vanish, where its files are gone for good.",
    ),
]


def _note_rehash(context: typer.Context, value: bool) -> bool:
    if value:
        context.obj.rehash = True
    return value


Rehash = Annotated[
    bool,
    typer.Option(
        "--rehash",
        callback=_note_rehash,
        help="Read files again whose size and time are as before;"
        " measure images again when needed.",
    ),
]


FollowLinks = Annotated[
    bool,
    typer.Option("--follow-links", help="Take images that are links out of their dataset too."),
]


def _note_on_error(context: typer.Context, value: str | None) -> str | None:
    if value is not None:
        context.obj.on_error = value
    return value


OnError = Annotated[
    Literal["abort", "skip"] | None,
    typer.Option(
        "--on-error",
        callback=_note_on_error,
        show_default="abort",
        help="For a record that cannot be read: change nothing, or leave it out and say why.",
    ),
]


def _note_dry_run(context: typer.Context, value: bool) -> bool:
    if value:
        context.obj.dry_run = True
    return value


DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", callback=_note_dry_run, help="Show what would change, and change nothing."
    ),
]


Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The name of the dataset.")]
Synsets = Annotated[
    Path | None,
    typer.Option(
        parser=to_path,
        metavar="FILE|TABLE",
        help="JSON object from a category's name or id to its synset or wnid; or a shipped table:"
        " coco, objects365, openimages or v3det.",
    ),
]
ByName = Annotated[
    bool, typer.Option("--by-name", help="Look up other names in their table, or in WordNet.")
]
