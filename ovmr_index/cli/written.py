"""What a command tells of the pictures that it has written."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ovmr_index.cli.options import Settings
from ovmr_index.cli.output import print_json, show

if TYPE_CHECKING:
    from ovmr_index import WrittenImages


def tell_written(chosen: Settings, folder: Path, report: "WrittenImages", what: str) -> None:
    """Print how many of `what` were written into a folder; exit with 1 if some are missing."""
    if chosen.json:
        names = ("dataset", "file_name", "reason")
        problems = [dict(zip(names, problem, strict=True)) for problem in report.problems]
        counts = {"written": report.written, "kept": report.kept}
        print_json({"folder": str(folder), **counts, "problems": problems})
    else:
        show(f"{folder}: {report.written:,} {what} written, {report.kept:,} kept")
    chosen.warn([": ".join(problem) for problem in report.problems])
    if report.problems:
        raise typer.Exit(1)
