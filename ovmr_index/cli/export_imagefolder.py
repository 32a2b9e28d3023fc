"""`export imagefolder`: crops in a folder for each class."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.crop_options import takes_shape
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_images
from ovmr_index.cli.options import AsJson, SavedName, settings
from ovmr_index.cli.output_options import folder_option

if TYPE_CHECKING:
    from ovmr_index import CropShape

EXAMPLE = "Example: ovmr-index --root demo export imagefolder --name five --size 224"

Folders = Annotated[
    Literal["id", "name", "index", "wnid"],
    typer.Option(help="What the folder of a class is called by; the index counts from 0."),
]


@takes_draw
@takes_shape
def imagefolder(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/exports/imagefolder/NAME")] = None,
    folders: Folders = "name",
    name: SavedName = None,
    shape: "CropShape",
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write crops in a folder for each class.

    Hugging Face and torchvision read DIR/<class>/<rank>.jpg. DIR/metadata.jsonl has a line for each
    crop: its class, synset, box, source and licence. Crops that an earlier run wrote are kept.
    Exits with 1 if some could not be written.
    """
    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    index = chosen.open()
    ignoring = draw.ignores_curation
    written = index.exports.imagefolder(
        wanted, output, folders=folders, shape=shape, ignore_curation=ignoring
    )
    chosen.note_selection(index, wanted)
    print_images(chosen, written.folder, written.images, "crops")
