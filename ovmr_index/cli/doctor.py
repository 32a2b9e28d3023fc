"""`doctor`: whether the environment, the tree and the index are well, and what to type."""

from collections import Counter

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import print_json
from ovmr_index.errors import counted

EXAMPLE = "Example: ovmr-index --root datasets doctor"
_SHOWN = ("section", "check", "state", "found")


def doctor(context: typer.Context, *, form: Form = "table", as_json: AsJson = False) -> None:
    """Check the environment, tree and index.

    Versions and SQLite's known faults, packages and extras, memory, disk space and file systems,
    what of the datasets is there and how to get the rest, the index, and the time that ingest and
    export take. Nothing is written, and no index is needed. Exits with 1 if there is a problem; a
    note says what works with less.
    """
    from ovmr_index import doctor as examine

    chosen = settings(context, as_json, form)
    checks = examine(chosen.root, chosen.db)
    records = [check._asdict() for check in checks]
    if chosen.json:
        print_json(records)
    else:
        chosen.print_table(_SHOWN, [check[:4] for check in checks], records=records)
        advised = [one for one in checks if one.advice] if chosen.form == "table" else []
        for check in advised:
            chosen.note(f"{check.check}: {check.found}; {check.advice}")
    states = Counter(check.state for check in checks)
    chosen.note(f"{counted(states['problem'], 'problem')}, {counted(states['note'], 'note')}")
    if states["problem"]:
        raise typer.Exit(1)
