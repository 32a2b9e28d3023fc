"""`export crops`: a picture for each exemplar."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.options import AsJson, SavedName, sample_name, settings
from ovmr_index.cli.written import tell_written
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import CategoryExemplars, DrawOptions, Index

EXAMPLE = "Example: ovmr-index export crops -K 5 -o crops"

CropFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="Where.", show_default="ROOT/crops"),
]
Layout = Annotated[
    Literal["published", "ovmr"],
    typer.Option(help="Folders as MM-OVOD's scripts make them, or as OVMR reads them."),
]
TrainName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=sample_name,
        show_default="as val",
        help="Layout ovmr: the saved sample for train.",
    ),
]


@takes_draw
def crops(
    context: typer.Context,
    *,
    output: CropFolder = None,
    layout: Layout = "published",
    name: SavedName = None,
    train_name: TrainName = None,
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write a picture for each exemplar of a sample, drawn now or saved under a name.

    Pictures that an earlier run wrote are kept. Exits with 1 if some could not be written.
    """
    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    if train_name is not None and layout != "ovmr":
        raise UsageError("--train-name: layout published has one sample; give --layout ovmr")
    index = chosen.open()
    picks, vocabulary = _picks(index, wanted)
    folder = output or chosen.root / (
        "crops" if vocabulary == LVIS_TRAIN else f"crops_{vocabulary}"
    )
    if layout == "published":
        report = index.exports.crops(picks, None, folder)
    else:
        train, other = (picks, vocabulary) if train_name is None else _picks(index, train_name)
        if other != vocabulary:
            raise UsageError(f"--train-name: {train_name} is a sample of {other}, not {vocabulary}")
        report = index.exports.crops(train, picks, folder, vocabulary=vocabulary)
    tell_written(chosen, folder, report, "crops")


def _picks(
    index: "Index", wanted: "DrawOptions | str"
) -> "tuple[Sequence[CategoryExemplars], str]":
    """Return a sample and its vocabulary."""
    if isinstance(wanted, str):
        return index.samples.load(wanted), index.samples.show(
            wanted
        ).provenance.vocabulary or LVIS_TRAIN
    return index.sample(wanted), wanted.vocabulary
