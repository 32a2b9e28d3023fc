"""`export texts`: the names of categories, as open-vocabulary detectors read them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.box_options import takes_categories
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output_options import file_option

if TYPE_CHECKING:
    from ovmr_index.export.forms.box_options import BoxOptions

EXAMPLE = "Example: ovmr-index --root demo export texts --only base -o base_texts.json"


@takes_categories
def texts(
    context: typer.Context,
    *,
    output: Annotated[Path | None, file_option("ROOT/exports/texts/NAME.json")] = None,
    categories: "BoxOptions",
    as_json: AsJson = False,
) -> None:
    """Write the names of categories.

    They are class texts as YOLO-World reads them: a JSON list over categories of their names and
    synonyms. A name with an explanation in brackets comes without the explanation and with it:
    `bat_(animal)` becomes "bat" and "bat animal".
    """
    chosen = settings(context, as_json)
    written = chosen.open().exports.texts(categories, output)
    print_report(chosen, report_of("texts", written))
