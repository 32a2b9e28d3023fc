"""`config`: what holds, and where it comes from."""

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import print_json
from ovmr_index.errors import without_passwords

EXAMPLE = "Example: ovmr-index config"
_COLUMNS = ("key", "value", "from")


def config(context: typer.Context, *, form: Form = "table", as_json: AsJson = False) -> None:
    """Show the settings and where they come from.

    An option goes before a variable of the environment, and that before ovmr-index.toml in the
    working folder, in the root, and in the user's folder of settings.
    """
    chosen = settings(context, as_json, form)
    found = chosen.configured
    rows = [tuple(map(without_passwords, row)) for row in found.rows()]
    if chosen.json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    chosen.print_table(_COLUMNS, rows)
    places = ", ".join(map(str, found.files()))
    chosen.note(f"read from these files, where they are there: {places}")
