"""`export croissant`: a sample described for catalogues and loaders of data sets."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.draw_options import DrawArguments, takes_draw
from ovmr_index.cli.export_report import print_report, report_of
from ovmr_index.cli.options import AsJson, SavedName, settings, to_path
from ovmr_index.cli.output_options import file_option, output_folder

EXAMPLE = "Example: ovmr-index --root demo export croissant --name five"

File = Annotated[
    Path | None,
    file_option(
        "in or beside --folder, or ROOT/exports/croissant/NAME.json", "Write to this file."
    ),
]
Described = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        parser=to_path,
        metavar="DIR",
        callback=output_folder,
        help="Describe these crops or shards of the sample.",
        show_default="its records, which are written beside FILE",
    ),
]
Date = Annotated[
    str | None,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        help="When the data set came out.",
        show_default="the year of the newest of its datasets",
    ),
]


@takes_draw
def croissant(
    context: typer.Context,
    *,
    output: File = None,
    folder: Described = None,
    date: Date = None,
    name: SavedName = None,
    draw: DrawArguments,
    as_json: AsJson = False,
) -> None:
    """Describe a sample in Croissant.

    Catalogues and loaders read its files, fields, provenance and licences there. With --folder what
    `export imagefolder`, `export crops` or `export webdataset` wrote of it is described, otherwise
    the records of its exemplars, which go to a .jsonl file beside FILE.
    """
    chosen = settings(context, as_json)
    wanted = draw.saved_or_drawn(name)
    index = chosen.open()
    written = index.exports.croissant(
        wanted, output, folder=folder, date=date, ignore_curation=draw.ignores_curation
    )
    chosen.note_selection(index, wanted)
    print_report(chosen, report_of("croissant", written))
