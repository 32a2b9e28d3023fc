"""The options of what a crop shows, which several commands take."""

from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.option_groups import takes_group
from ovmr_index.cli.options import in_range
from ovmr_index.images.crop_shape import PUBLISHED_CONTEXT

if TYPE_CHECKING:
    from ovmr_index import CropShape


def _parameters(
    *,
    around: Annotated[
        float,
        typer.Option(
            "--context",
            metavar="PART",
            callback=in_range,
            help="What is shown around a box: 0.4 of its larger side as published, 0 nothing.",
        ),
    ] = PUBLISHED_CONTEXT,
    square: Annotated[
        bool,
        typer.Option(
            "--square",
            help="Write squares: moved into the image, and padded where that is smaller.",
        ),
    ] = False,
    size: Annotated[
        int | None,
        typer.Option(
            "--size",
            metavar="PIXELS",
            help="Make the longer side of each crop so many pixels.",
            show_default="as it is cut",
        ),
    ] = None,
) -> None:
    """List the options of a crop; only the signature is used."""


def _shape(given: dict[str, Any]) -> "CropShape":
    from ovmr_index import CropShape

    return CropShape(given["around"], given["square"], given["size"])


# A decorator: a command with a parameter `shape` gets these options, and there a `CropShape`.
takes_shape = takes_group("shape", signature(_parameters).parameters, _shape)
