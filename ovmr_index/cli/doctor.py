"""`doctor`: whether the environment, the tree and the index are well, and what to type."""

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import CELL, print_json
from ovmr_index.cli.terminal import terminal
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index import DoctorCheck

EXAMPLE = "Example: ovmr-index --root datasets doctor"
_SHOWN = ("section", "check", "state", "found")
_GAPS, _LEAST = 6, 20  # columns of the terminal: between the columns, and of what was found


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
        rows = _wrapped(checks) if chosen.form == "table" else [check[:4] for check in checks]
        chosen.print_table(_SHOWN, rows, records=records)
        advised = [one for one in checks if one.advice] if chosen.form == "table" else []
        for check in advised:
            chosen.note(f"{check.check}: {check.found}; {check.advice}")
    states = Counter(check.state for check in checks)
    chosen.note(f"{counted(states['problem'], 'problem')}, {counted(states['note'], 'note')}")
    if states["problem"]:
        raise typer.Exit(1)


def _wrapped(checks: "list[DoctorCheck]") -> list[tuple[str, str, str, str]]:
    """Return the rows of a table that cuts nothing; a check with advice is said whole below it."""
    screen = terminal()
    columns = zip(_SHOWN[:3], *(one[:3] for one in checks), strict=True)
    before = sum(max(map(len, column)) for column in columns)
    width = max(_LEAST, screen.columns - before - _GAPS) if screen else CELL
    rows: list[tuple[str, str, str, str]] = []
    for check in checks:
        first, *rest = (
            [check.found]
            if check.advice
            else wrap(check.found, width, break_on_hyphens=False) or [""]
        )
        rows.append((check.section, check.check, check.state, first))
        rows += [("", "", "", line) for line in rest]
    return rows
