"""What the commands of `export` print of the files that they wrote."""

from typing import TYPE_CHECKING, Any

import typer

from ovmr_index.cli.options import Settings

if TYPE_CHECKING:
    from ovmr_index import ExportReport, WrittenFile


def report_of(target: str, *files: "WrittenFile") -> "ExportReport":
    """Return the report of one target."""
    from ovmr_index import ExportReport

    return ExportReport(written=[(target, written) for written in files])


def print_report(chosen: Settings, report: "ExportReport") -> None:
    """Print which files were written, left out and refused; exit with 1 if any was refused."""
    if chosen.json:
        chosen.report_json(
            {
                "written": [_as_json(target, written) for target, written in report.written],
                "left_out": [{"target": one, "reason": why} for one, why in report.left_out],
                "failed": [{"target": one, "reason": why} for one, why in report.failed],
            }
        )
    for _, written in report.written:
        if not chosen.json:
            chosen.report(f"{written.path}: {written.records:,} records")
        chosen.warn(written.problems)
        for note in dict.fromkeys(written.notes):
            chosen.note(note)
    for target, reason in report.left_out:
        chosen.note(f"{target}: left out: {reason}")
    chosen.warn([f"{target}: failed: {reason}" for target, reason in report.failed])
    if report.failed:
        raise typer.Exit(1)


def _as_json(target: str, written: "WrittenFile") -> dict[str, Any]:
    problems = list(written.problems)
    return {
        "target": target,
        "file": str(written.path),
        "records": written.records,
        "problems": problems,
    }
