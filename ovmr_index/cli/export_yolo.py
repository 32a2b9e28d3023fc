"""`export yolo`: a detection dataset as Ultralytics reads it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.box_options import takes_boxes
from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output_options import folder_option
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index.export.forms.box_options import BoxOptions

EXAMPLE = "Example: ovmr-index --root demo export yolo --split train"


@takes_boxes
def yolo(
    context: typer.Context,
    *,
    output: Annotated[
        Path | None,
        folder_option(
            "ROOT/exports/yolo/NAME", "Write to this folder, which may hold other splits."
        ),
    ] = None,
    boxes: "BoxOptions",
    as_split: Annotated[
        Literal["train", "val", "test"] | None,
        typer.Option(
            "--as",
            help="The split that these images become.",
            show_default="as the name of the source says, else train",
        ),
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Write the outline of each mask in place of its box.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write boxes as a YOLO dataset.

    The classes go to DIR/data.yaml. Images go to DIR/images/SPLIT as symbolic links, labels to
    DIR/labels/SPLIT. Crowds are left out. Exits with 1 if some images are missing or in a tar.
    """
    chosen = settings(context, as_json)
    report = chosen.open().exports.yolo(boxes, output, split=as_split, segments=segments)
    if chosen.json:
        chosen.report_json(
            {
                "folder": str(report.folder),
                "split": report.split,
                "images": report.images,
                "boxes": report.boxes,
                "problems": [one.describe() for one in report.problems],
                "notes": report.notes,
            }
        )
    else:
        images, lines = counted(report.images, "image"), counted(report.boxes, "box", "boxes")
        chosen.report(f"{report.folder}: {report.split}: {images}, {lines}")
    for note in report.notes:
        chosen.note(note)
    chosen.warn([one.describe() for one in report.problems])
    if report.problems:
        raise typer.Exit(1)
