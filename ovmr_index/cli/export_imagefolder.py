"""`export imagefolder`: crops in a folder for each class."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ovmr_index.cli.crop_options import Context, Size, Square, crop_shape
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_images import print_written
from ovmr_index.cli.options import AsJson, SavedName, output_folder, settings, to_path
from ovmr_index.images.crop_shape import PUBLISHED_CONTEXT

EXAMPLE = "Example: ovmr-index export imagefolder --name five --square --size 224 -o five"

ImageFolder = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        parser=to_path,
        metavar="DIR",
        callback=output_folder,
        help="Write here.",
        show_default="ROOT/exports/imagefolder/NAME",
    ),
]
Folders = Annotated[
    Literal["id", "name", "index", "wnid"],
    typer.Option(help="What the folder of a class is called by; the index counts from 0."),
]


@takes_draw
def imagefolder(
    context: typer.Context,
    *,
    output: ImageFolder = None,
    folders: Folders = "name",
    name: SavedName = None,
    around: Context = PUBLISHED_CONTEXT,
    square: Square = False,
    size: Size = None,
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write crops in a folder for each class, as Hugging Face and torchvision read them.

    DIR/<class>/<rank>.jpg, and DIR/metadata.jsonl with a line for each crop: its class, synset,
    box, source and licence. Crops that an earlier run wrote are kept. Exits with 1 if some could
    not be written.
    """
    chosen = settings(context, as_json)
    wanted, shape = draw.saved_or_drawn(name), crop_shape(around, square, size)
    index = chosen.open()
    written = index.exports.imagefolder(wanted, output, folders=folders, shape=shape)
    if not isinstance(wanted, str):
        chosen.note_selection(index, wanted)
    print_written(chosen, written.folder, written.images, "crops")
