"""What the commands of `export` print of the files that they wrote."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ovmr_index.cli.options import Settings
from ovmr_index.cli.output import print_json, show
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index import ExportReport, WrittenFile, WrittenImages


def report_of(target: str, *files: "WrittenFile") -> "ExportReport":
    """Return the report of one target."""
    from ovmr_index import ExportReport

    return ExportReport(written=[(target, written) for written in files])


def print_report(chosen: Settings, report: "ExportReport") -> None:
    """Print which files were written, left out and refused.

    Exit with 1 if any was refused, or none was written.
    """
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
    left_out = [f"{', '.join(names)}: left out: {why}" for why, names in _by_reason(report)]
    failed = [f"{target}: failed: {reason}" for target, reason in report.failed]
    if left_out and not report.written:
        chosen.warn([*left_out, *failed, "nothing was written"])
        raise typer.Exit(1)
    for one in left_out:
        chosen.note(one)
    chosen.warn(failed)
    if failed:
        raise typer.Exit(1)


def _by_reason(report: "ExportReport") -> Iterable[tuple[str, list[str]]]:
    """Return why targets were left out, each reason once with those of which it is."""
    targets: dict[str, list[str]] = {}
    for target, reason in report.left_out:
        targets.setdefault(reason, []).append(target)
    return targets.items()


def print_boxes(chosen: Settings, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Print files of boxes, by the line that says what is in each, with their problems and notes.

    With --json the members of each are printed, which are those of a written file and others.
    """
    if chosen.json:
        chosen.report_json({"written": [*files.values()], "left_out": [], "failed": []})
    for line, members in files.items():
        if not chosen.json:
            chosen.report(line)
        chosen.warn(members["problems"])
    for note in dict.fromkeys(note for members in files.values() for note in members["notes"]):
        chosen.note(note)


def print_images(chosen: Settings, folder: Path, report: "WrittenImages", what: str) -> None:
    """Print how many images were written into a folder; exit with 1 if some are missing.

    `what` the images are: crops, or whole images.
    """
    if chosen.json:
        problems = [
            {"dataset": issue.dataset, "file_name": issue.file, "reason": issue.reason}
            for issue in report.problems
        ]
        counts = {"written": report.written, "kept": report.kept}
        notes = {"notes": [issue.describe() for issue in report.notes]} if report.notes else {}
        print_json({"folder": str(folder), **counts, "problems": problems, **notes})
    else:
        written = counted(report.written, what.removesuffix("s"), what)
        show(f"{folder}: {written} written, {report.kept:,} kept")
    if not chosen.quiet:
        chosen.warn([issue.describe() for issue in report.notes])
    chosen.warn(report.describe_problems(what))
    if report.problems:
        raise typer.Exit(1)


def _as_json(target: str, written: "WrittenFile") -> dict[str, Any]:
    problems = list(written.problems)
    return {
        "target": target,
        "file": str(written.path),
        "records": written.records,
        "problems": problems,
    }
