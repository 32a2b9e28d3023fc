"""`export odvg`: boxes as Grounding DINO's open training code reads them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.box_options import takes_boxes
from ovmr_index.cli.export_report import print_boxes
from ovmr_index.cli.options import AllowEmpty, AsJson, settings
from ovmr_index.cli.output_options import file_option
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index.export.forms.box_options import BoxOptions
    from ovmr_index.export.forms.odvg import WrittenOdvg

EXAMPLE = "Example: ovmr-index --root demo export odvg --split train --without novel"


@takes_boxes
def odvg(
    context: typer.Context,
    *,
    output: Annotated[
        Path | None,
        file_option(
            "ROOT/exports/odvg/NAME.jsonl",
            "Write to this file; the map of labels goes beside it.",
        ),
    ] = None,
    boxes: "BoxOptions",
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write boxes as ODVG, for Grounding DINO.

    A line is the JSON object of an image. The names of the labels go to NAME_label_map.json beside
    it. Crowds are left out, and boxes less than a pixel wide or high.
    """
    chosen = settings(context, as_json)
    report = chosen.open().exports.odvg(boxes, output, allow_empty=allow_empty)
    images, lines = counted(report.images, "image"), counted(report.boxes, "box", "boxes")
    line = f"{report.path}: {lines} on {images} below {report.image_root}"
    print_boxes(chosen, {line: _as_json(report)})


def _as_json(written: "WrittenOdvg") -> dict[str, Any]:
    return {
        "target": "odvg",
        "file": str(written.path),
        "records": written.boxes,
        "problems": [one.describe() for one in written.problems],
        "images": written.images,
        "label_map": str(written.label_map),
        "image_root": str(written.image_root),
        "notes": written.notes,
    }
