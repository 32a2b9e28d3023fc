"""The options that say which boxes a form of a detection dataset is made of."""

from inspect import signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.option_groups import takes_group
from ovmr_index.cli.options import (
    Only,
    OptionalPartition,
    Split,
    Without,
    partition_filter,
)
from ovmr_index.errors import UsageError

if TYPE_CHECKING:
    from ovmr_index.export.forms.box_options import BoxOptions


def _not_empty(parameter: typer.CallbackParam, value: str | None) -> str | None:
    """Refuse an empty text: it is what a shell makes of a variable that is not set."""
    if value == "":
        raise UsageError(f"{parameter.opts[0]}: is empty; give a value, or leave the option out")
    return value


def _parameters(
    *,
    split: Annotated[Split | None, typer.Option(help="The boxes of this split of LVIS.")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=_not_empty,
            help="The boxes of this source; see `status`.",
            show_default="the one that the vocabulary came with",
        ),
    ] = None,
    vocabulary: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=_not_empty,
            help="The categories of this vocabulary, by synset; see `vocabulary list`.",
            show_default="those of the source",
        ),
    ] = None,
    category_map: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            callback=_not_empty,
            help="Map the categories to those of a map: coco80, or a file.",
        ),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            metavar="minival|FILE",
            callback=_not_empty,
            help="Only these images: a file of ids or names, or minival.",
        ),
    ] = None,
    partition: OptionalPartition = None,
    only: Only = None,
    without: Without = None,
) -> None:
    """List the options of boxes; only the signature is used."""


def _options(given: dict[str, Any]) -> "BoxOptions":
    from ovmr_index.export.forms.box_options import BoxOptions, lvis_boxes

    split, source = given["split"], given["source"]
    if split is not None and source is not None:
        raise UsageError("--split and --source are both given; give one of them")
    return BoxOptions(
        source=source if split is None else lvis_boxes(split).source,
        vocabulary=given["vocabulary"],
        partition_filter=partition_filter(given["partition"], given["only"], given["without"]),
        category_map=given["category_map"],
        images=given.get("images"),
    )


_BOXES = signature(_parameters).parameters
_CATEGORIES = {name: one for name, one in _BOXES.items() if name != "images"}

# Decorators: a command with a parameter `boxes` or `categories` gets these options, and there a
# `BoxOptions`.
takes_boxes = takes_group("boxes", _BOXES, _options)
takes_categories = takes_group("categories", _CATEGORIES, _options)
