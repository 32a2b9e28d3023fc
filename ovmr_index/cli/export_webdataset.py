"""`export webdataset`: shards of crops or of whole images."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ovmr_index.cli.crop_options import Context, Size, Square, crop_shape
from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_images import print_written
from ovmr_index.cli.options import AsJson, SavedName, in_range, output_folder, settings, to_path
from ovmr_index.images.crop_shape import PUBLISHED_CONTEXT

EXAMPLE = "Example: ovmr-index export webdataset --name five --square --size 224 -o shards"

ShardFolder = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        parser=to_path,
        metavar="DIR",
        callback=output_folder,
        help="Write here.",
        show_default="ROOT/exports/webdataset/NAME",
    ),
]
Shown = Annotated[
    Literal["crops", "whole"],
    typer.Option(help="Write crops, or the files of whole images as they are."),
]
ShardSize = Annotated[
    int,
    typer.Option(metavar="N", callback=in_range, help="How many samples a shard has."),
]


@takes_draw
def webdataset(
    context: typer.Context,
    *,
    output: ShardFolder = None,
    images: Shown = "crops",
    shard_size: ShardSize = 1_000,
    name: SavedName = None,
    around: Context = PUBLISHED_CONTEXT,
    square: Square = False,
    size: Size = None,
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Write a sample as shards of a WebDataset: tars of crops or of whole images.

    DIR/NAME-000000.tar and so on hold for each exemplar an image, a JSON object with its class,
    synset, box, source and licence, and its class index, which counts from 0. Shards that an
    earlier run completed are kept. Exits with 1 if some images could not be written.
    """
    from ovmr_index import WebDatasetOptions

    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    options = WebDatasetOptions(images, shard_size, crop_shape(around, square, size))
    index = chosen.open()
    written = index.exports.webdataset(wanted, output, options=options)
    if not isinstance(wanted, str):
        chosen.note_selection(index, wanted)
    print_written(chosen, written.folder, written.images, "samples")
