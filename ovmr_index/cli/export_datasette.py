"""`export datasette`: metadata for Datasette."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import show
from ovmr_index.cli.output_options import folder_option

EXAMPLE = "Example: ovmr-index --root demo export datasette -o datasette"


def datasette(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/exports/datasette")] = None,
    as_json: AsJson = False,
) -> None:
    """Write titles and links for Datasette.

    metadata.json has titles, descriptions of the views and their columns, facets and questions; a
    plug-in beside it links the views to each other. Prints how to start Datasette.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    files = index.exports.datasette(output)
    if chosen.json:
        chosen.report_json({"files": [str(file) for file in files]})
        return
    for file in files:
        show(str(file))
    metadata, plugin = files
    folder = shlex.quote(str(plugin.parent))
    options = f"-m {shlex.quote(str(metadata))} --plugins-dir {folder} --setting suggest_facets off"
    chosen.note(f"look at it with: datasette {shlex.quote(str(index.path))} {options}")
