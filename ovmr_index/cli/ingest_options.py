"""Options that every command of `ingest` has, before the dataset or after it."""

from typing import Annotated

import typer


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
        help="Trust no time of a file: read all again, and measure images again when needed.",
    ),
]
