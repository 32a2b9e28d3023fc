"""`export prompts`: K visual prompts of each category."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.options import AllowEmpty, AsJson, SavedName, settings
from ovmr_index.cli.output_options import file_option

EXAMPLE = "Example: ovmr-index --root demo export prompts -K 5 -o prompts.json"


@takes_draw
def prompts(
    context: typer.Context,
    *,
    output: Annotated[Path | None, file_option("ROOT/exports/prompts/NAME.json")] = None,
    name: SavedName = None,
    draw: DrawArguments,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write visual prompts: boxes on images.

    The exemplars are those of a sample, drawn now or saved under a name. Boxes are xyxy in pixels,
    paths of images are below the root.
    """
    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    index = chosen.open()
    written = index.exports.prompts(
        wanted, output, allow_empty=allow_empty, ignore_curation=draw.ignores_curation
    )
    chosen.note_selection(index, wanted)
    print_report(chosen, report_of("prompts", written))
