"""`report`: what an index holds, as pages that open from disk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, settings
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.output_options import folder_option
from ovmr_index.errors import counted
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index.report.api import Report

EXAMPLE = "Example: ovmr-index --root demo report -o report --crops 5"
_CROPS = 5
_MB = 1_000_000


def report(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/report")] = None,
    crops: Annotated[
        int,
        typer.Option(
            metavar="N", help="Show so many exemplars of each category; 0 opens no image."
        ),
    ] = _CROPS,
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Write one file, with its images in it.")
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Write pages about the index.

    They open from disk and can be mailed. They show what was read, the exemplars of each category,
    the sizes of boxes, shortfalls, substitutes, leaks, saved samples and a contact sheet of each
    category. Open index.html in the folder; an earlier report there is replaced.
    """
    from ovmr_index.report.api import write_report
    from ovmr_index.report.options import ReportOptions

    chosen = settings(context, as_json)
    options = ReportOptions(crops, single_file, vocabulary)
    index = chosen.open()
    folder = output or index.exports.folder / "report"
    written = write_report(index, folder, options, progress=chosen.progress)
    if chosen.json:
        print_json(_as_json(written))
    else:
        show(_said(written))
    if written.problems:
        chosen.warn([issue.describe() for issue in written.problems])
        chosen.note(f"{counted(len(written.problems), 'exemplar')} shown without an image")


def _said(written: "Report") -> str:
    """Return what was written in one line."""
    parts = [counted(written.categories, "category", "categories")]
    parts.append(counted(written.crops, "crop"))
    size = f"{written.size / _MB:,.1f} MB"
    return f"{written.file}: {', '.join(parts)}; {counted(written.files, 'file')}, {size}"


def _as_json(written: "Report") -> dict[str, object]:
    """Return what was written, and which exemplars are shown without an image."""
    problems = [
        {"dataset": issue.dataset, "file_name": issue.file, "reason": issue.reason}
        for issue in written.problems
    ]
    return {
        "file": str(written.file),
        "categories": written.categories,
        "crops": written.crops,
        "files": written.files,
        "bytes": written.size,
        "problems": problems,
    }
