"""`export webdataset`: shards of crops or of whole images."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.crop_options import takes_shape
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_images
from ovmr_index.cli.options import AsJson, SavedName, in_range, settings
from ovmr_index.cli.output_options import folder_option

if TYPE_CHECKING:
    from ovmr_index import CropShape

EXAMPLE = "Example: ovmr-index --root demo export webdataset --name five --size 224"

Shown = Annotated[
    Literal["crops", "whole"],
    typer.Option(help="Write crops, or the files of whole images as they are."),
]
ShardSize = Annotated[
    int,
    typer.Option(metavar="N", callback=in_range, help="How many samples a shard has."),
]


@takes_draw
@takes_shape
def webdataset(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/exports/webdataset/NAME")] = None,
    images: Shown = "crops",
    shard_size: ShardSize = 1_000,
    name: SavedName = None,
    shape: "CropShape",
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write crops or images as WebDataset shards.

    DIR/NAME-000000.tar and so on hold for each exemplar an image, a JSON object with its class,
    synset, box, source and licence, and its class index, which counts from 0. Shards that an
    earlier run completed are kept. Exits with 1 if some images could not be written.
    """
    from ovmr_index import WebDatasetOptions

    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    options = WebDatasetOptions(images, shard_size, shape)
    index = chosen.open()
    ignoring = draw.ignores_curation
    written = index.exports.webdataset(wanted, output, options=options, ignore_curation=ignoring)
    chosen.note_selection(index, wanted)
    print_images(chosen, written.folder, written.images, "samples")
