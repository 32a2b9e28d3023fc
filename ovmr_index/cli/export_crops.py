"""`export crops`: an image for each exemplar."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.crop_options import takes_shape
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_images
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, SavedName, sample_name, settings
from ovmr_index.cli.output_options import folder_option
from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import CategoryExemplars, CropShape, DrawOptions, Index

EXAMPLE = "Example: ovmr-index --root demo export crops -K 5 -o crops"

Layout = Annotated[
    Literal["published", "ovmr"],
    typer.Option(help="Folders as the scripts of MM-OVOD make them, or as OVMR reads them."),
]
TrainName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=sample_name,
        show_default="the sample for val",
        help="The saved sample for train, for --layout ovmr.",
    ),
]


@takes_draw
@takes_shape
def crops(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/crops")] = None,
    layout: Layout = "published",
    name: SavedName = None,
    train_name: TrainName = None,
    shape: "CropShape",
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write a crop of each exemplar.

    MM-OVOD or OVMR reads them. The exemplars are those of a sample, drawn now or saved under a
    name. metadata.jsonl in the folder says what each file shows. Crops that an earlier run wrote
    are kept. Exits with 1 if some could not be written.
    """
    from ovmr_index.export.crop_layouts import crop_folder

    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    if train_name is not None and layout != "ovmr":
        raise UsageError("--train-name: layout published has one sample; give --layout ovmr")
    index = chosen.open()
    val, vocabulary = _sample(index, wanted)
    folder = output or index.exports.folder / crop_folder(vocabulary)
    if layout == "published":
        train, of_val = val, None
    else:
        of_val = val
        train, other = (val, vocabulary) if train_name is None else _sample(index, train_name)
        if other != vocabulary:
            raise UsageError(
                f"--train-name: {train_name} is a sample of {other}, not of {vocabulary};"
                " give samples of one vocabulary"
            )
    report = index.exports.crops(
        train,
        of_val,
        folder,
        vocabulary=vocabulary,
        shape=shape,
        ignore_curation=draw.ignores_curation,
    )
    chosen.note_selection(index, wanted)
    print_images(chosen, folder, report, "crops")
    note_next(chosen, "serve", "--open")


def _sample(
    index: "Index", wanted: "DrawOptions | str"
) -> "tuple[Sequence[CategoryExemplars], str]":
    """Return a sample and its vocabulary."""
    if isinstance(wanted, str):
        return index.samples.load(wanted), index.samples.show(
            wanted
        ).provenance.vocabulary or LVIS_TRAIN
    return index.sample(wanted), wanted.vocabulary
