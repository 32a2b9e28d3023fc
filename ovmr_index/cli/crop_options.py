"""The options of what a crop shows, which several commands take."""

from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import in_range

if TYPE_CHECKING:
    from ovmr_index import CropShape

Context = Annotated[
    float,
    typer.Option(
        "--context",
        metavar="PART",
        callback=in_range,
        help="What is shown around a box: 0.4 of its larger side as published, 0 nothing.",
    ),
]
Square = Annotated[
    bool,
    typer.Option(
        "--square",
        help="Write squares: moved into the image, and padded where that is smaller.",
    ),
]
Size = Annotated[
    int | None,
    typer.Option(
        "--size",
        metavar="PIXELS",
        help="Make the longer side of each crop so many pixels.",
        show_default="as it is cut",
    ),
]


def crop_shape(context: float, square: bool, size: int | None) -> "CropShape":
    """Return the shape that options ask for."""
    from ovmr_index import CropShape

    return CropShape(context, square, size)
