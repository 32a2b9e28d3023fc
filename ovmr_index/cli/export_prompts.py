"""`export prompts`: K visual prompts of each category."""

import typer

from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.options import AllowEmpty, AsJson, FormFile, SavedName, settings

EXAMPLE = "Example: ovmr-index export prompts -K 16 --dataset lvis -o prompts.json"


@takes_draw
def prompts(
    context: typer.Context,
    *,
    output: FormFile = None,
    name: SavedName = None,
    draw: DrawArguments,
    allow_empty: AllowEmpty = False,
    as_json: AsJson = False,
) -> None:
    """Write K visual prompts of each category: boxes on whole images.

    The exemplars are those of a sample, drawn now or saved under a name. Boxes are xyxy in pixels,
    paths of images are below the root.
    """
    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    index = chosen.open()
    written = index.exports.prompts(wanted, output, allow_empty=allow_empty)
    print_report(chosen, report_of("prompts", written))
    if not isinstance(wanted, str):
        chosen.note_selection(index, wanted)
