"""`export coco`: boxes as a plain COCO file, or few shots of them."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.box_options import takes_boxes
from ovmr_index.cli.draw_options import Seeds, seed_range
from ovmr_index.cli.export_report import print_boxes
from ovmr_index.cli.options import AllowEmpty, AsJson, settings
from ovmr_index.cli.output_options import require_folder, seeds_option
from ovmr_index.errors import UsageError, counted
from ovmr_index.export.forms.shot_options import Counted

if TYPE_CHECKING:
    from ovmr_index import BoxOptions, Shots, WrittenCoco

EXAMPLE = "Example: ovmr-index --root demo export coco --split train --shots 10"

Renumber = Annotated[
    bool, typer.Option("--renumber", help="Number images, annotations and categories from 1.")
]
ShotsOfEach = Annotated[
    int | None,
    typer.Option("--shots", metavar="K", help="Only K shots of each category, or all it has."),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="The seed: another one gives other shots.", show_default="42"),
]
Count = Annotated[
    Counted | None,
    typer.Option(
        help="A shot is an annotation, or an image with all its annotations of the category.",
        show_default="instances",
    ),
]


@takes_boxes
def coco(
    context: typer.Context,
    *,
    output: Annotated[Path | None, seeds_option("ROOT/exports/coco/NAME.json")] = None,
    boxes: "BoxOptions",
    renumber: Renumber = False,
    shots: ShotsOfEach = None,
    seed: Seed = None,
    seeds: Seeds = None,
    count: Count = None,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write boxes as a plain COCO file.

    All boxes, or with --shots a few of each category. Every client of COCO reads it. Its images
    have a file_name, a path below the folder that the report names. Without --images they are all
    images of the source, with --shots those that hold a shot: boxes of another category on them are
    left out, and crowds are no shots.
    """
    wanted = _shots(shots, seed, count, seeds)
    boxes = replace(boxes, renumber=renumber)
    chosen = settings(context, as_json)
    if wanted is None or seeds is None:
        exports = chosen.open().exports
        files = [exports.coco(boxes, output, shots=wanted, allow_empty=allow_empty)]
    else:
        require_folder(output)
        many = seed_range(seeds)
        files = chosen.open().exports.coco_seeds(
            boxes, wanted, many, output, allow_empty=allow_empty
        )
    print_boxes(chosen, {_line(one): _as_json(one) for one in files})


def _shots(
    k: int | None, seed: int | None, count: Counted | None, seeds: str | None
) -> "Shots | None":
    """Return which shots are asked for, None for all annotations."""
    from ovmr_index import Shots

    given = {"seed": seed, "seeds": seeds, "count": count}
    if k is None:
        if unused := next((name for name, value in given.items() if value is not None), None):
            raise UsageError(f"--{unused}: give --shots with it")
        return None
    if seed is not None and seeds is not None:
        raise UsageError("--seed and --seeds are both given; give one of them")
    shots = Shots(k) if count is None else Shots(k, count=count)
    return shots if seed is None else replace(shots, seed=seed)


def _line(written: "WrittenCoco") -> str:
    return (
        f"{written.path}: {counted(written.annotations, 'annotation')} of"
        f" {counted(written.categories, 'category', 'categories')} on"
        f" {counted(written.images, 'image')} below {written.image_root}"
    )


def _as_json(written: "WrittenCoco") -> dict[str, Any]:
    return {
        "target": "coco",
        "file": str(written.path),
        "records": written.annotations,
        "problems": [*written.problems],
        "images": written.images,
        "categories": written.categories,
        "image_root": str(written.image_root),
        "notes": [*written.notes],
    }
