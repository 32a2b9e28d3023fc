"""`verify`: whether the files on disk are as they were read."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import of_vocabulary
from ovmr_index.cli.options import AsJson, Settings, settings
from ovmr_index.cli.output import print_json
from ovmr_index.errors import UsageError, shell_command

if TYPE_CHECKING:
    from ovmr_index import Index, VerifyReport

EXAMPLE = "Example: ovmr-index --root demo verify --quick"
_COLUMNS = ("kind", "dataset", "file_name", "reason")


def verify(
    context: typer.Context,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="List the images only, and open none.")
    ] = False,
    decode: Annotated[
        bool,
        typer.Option("--decode", help="Decode each image whole, to find those that are cut short."),
    ] = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Compare the index with the files on disk.

    Exits with 1 if a file is missing, unreadable or not as it was. Annotation files are compared by
    content, folders are listed, and the header of each image is read. Notes alone are no failure:
    PNG or CMYK inside .JPEG, boxes outside their image, masks of another size, boxes that a file
    has twice, objects without a synset, images that were turned or made smaller after they were
    annotated. An image of another shape than its annotation file says has changed.
    """
    chosen = settings(context, as_json, form)
    if quick and decode:
        raise UsageError("--quick opens no image and --decode reads all; give one of them")
    index = chosen.open()
    report = index.verify("names" if quick else "decode" if decode else "headers")
    if chosen.json:
        print_json(report.as_json())
    else:
        _show(chosen, report)
    if quick:
        chosen.note("not checked: the headers and contents of the images (--quick)")
    elif not decode:
        chosen.note("not checked: the contents of the images behind the header (see --decode)")
    _note_left_out(chosen, index)
    if report.failed:
        raise typer.Exit(1)


def _note_left_out(chosen: Settings, index: "Index") -> None:
    """Say of each vocabulary with pools why candidates are no exemplars, as `coverage --why`."""
    from ovmr_index.pools.left_out import describe_left_out

    for one in index.status().vocabularies:
        if one.pools == "fresh":
            said = describe_left_out(index.pools.left_out(vocabulary=one.name))
            coverage = shell_command("coverage", "--why", *of_vocabulary(one.name))
            if said:
                chosen.note(f"{one.name}: {said}; see `{coverage}`")
        elif one.pools == "stale":
            chosen.note(
                f"{one.name}: why candidates are no exemplars is not said of stale pools:"
                f" run `{shell_command('collate', *of_vocabulary(one.name))}`"
            )


def _show(chosen: Settings, report: "VerifyReport") -> None:
    from ovmr_index.ingest.verify import count_of_kind

    rows = report.as_json()
    if rows or chosen.form != "table":
        chosen.print_table(_COLUMNS, [[*row.values()] for row in rows])
    counts = Counter(issue.kind for issue in report.issues)
    found = ", ".join(count_of_kind(count, kind) for kind, count in counts.items())
    chosen.report(found or "every file is there, as it was read")
