"""`prepare training`: what published code opens by default, made or checked."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, Settings, settings
from ovmr_index.cli.output import print_json
from ovmr_index.cli.output_options import folder_option
from ovmr_index.errors import UsageError, counted, shell_command

if TYPE_CHECKING:
    from ovmr_index import TrainingReport

CodeBase = Literal["mm-ovod", "ovmr", "ovmr-classification", "detic"]

EXAMPLE = "Example: ovmr-index --root demo prepare training --for mm-ovod"
_COLUMNS = ("state", "path", "what")


def training(
    context: typer.Context,
    *,
    code_base: Annotated[
        CodeBase | None,
        typer.Option(
            "--for", help="The code base; --check without it checks what all of them open."
        ),
    ] = None,
    output: Annotated[Path | None, folder_option("ROOT", "Its folder of datasets.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is there and what is missing.")
    ] = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Make what a code base opens by default.

    As links and exports: no image is copied and nothing is written over. Run it again to go on
    after a stop. Exits with 1 if something is missing then.
    """
    if code_base is None and not check:
        raise UsageError(f"--for: give one of {', '.join(get_args(CodeBase))}, or --check")
    chosen = settings(context, as_json, form)
    exports = chosen.open().exports
    names = get_args(CodeBase) if code_base is None else (code_base,)
    make = exports.check_training if check else exports.training
    reports = [make(name, output) for name in names]
    if chosen.json:
        print_json([report.as_json() for report in reports])
    elif chosen.form != "table":
        rows = [(report.code_base, *row) for report in reports for row in _rows(report)]
        chosen.print_table(("code_base", *_COLUMNS), rows)
    for report in reports:
        _print(chosen, report)
    if not all(report.is_complete for report in reports):
        raise typer.Exit(1)
    if not check:
        note_next(chosen, "prepare", "training", "--for", names[0], "--check")


def _print(chosen: Settings, report: "TrainingReport") -> None:
    if not chosen.json:
        if chosen.form == "table":
            chosen.print_table(_COLUMNS, [*_rows(report)])
        missing = counted(len(report.missing), "thing is", "things are")
        is_there = "everything is there" if report.is_complete else f"{missing} missing"
        chosen.report(f"{report.code_base}: {is_there} below {report.folder}")
    for note in report.notes:
        chosen.note(note)
    for part, remedy in dict.fromkeys(
        (one.part, one.remedy) for one in report.items if one.state == "optional"
    ):
        chosen.note(f"for {part}: {remedy}")
    chosen.warn([*_remedies(report)])


def _remedies(report: "TrainingReport") -> Iterator[str]:
    """Yield what is missing with its remedy; what one run of the command makes is one line."""
    start = shell_command("prepare")
    made = [one for one in report.missing if one.remedy.startswith(f"run `{start} ")]
    for first in report.missing:
        if first in made[1:]:
            continue
        others = made[1:] if first in made else []
        more = f", and {counted(len(others), 'other is', 'others are')} missing" if others else ""
        yield f"{first.path}: {first.detail}{more}; {first.remedy}"


def _rows(report: "TrainingReport") -> Iterator[tuple[str, str, str]]:
    for one in report.items:
        yield one.state, one.path, f"for {one.part}: {one.detail}" if one.part else one.detail
