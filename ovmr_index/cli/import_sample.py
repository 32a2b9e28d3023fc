"""`import-sample`: a sample that somebody else drew."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, sample_name, settings, to_path
from ovmr_index.cli.output import print_json, print_table, say, show
from ovmr_index.errors import counted
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import ImportReport

EXAMPLE = (
    "Example: ovmr-index import-sample lvis_image_exemplar_dict_K-005_author.json --name author"
)


def import_sample(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(parser=to_path, metavar="FILE", help="A file as `export sample` writes it."),
    ],
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", callback=sample_name, help="What to call it."),
    ],
    replace_missing: Annotated[
        bool,
        typer.Option(
            "--replace-missing", help="Draw a substitute for each exemplar that is missing."
        ),
    ] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Save the rest, whatever is missing.")
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Find the exemplars of a sample's file in the index, and save them under a name.

    Exits with 1, and saves nothing, if some are missing and have no substitute. Where a box or
    another member differs, the index's is saved. The image files are not opened: see `verify`.
    """
    chosen = settings(context, as_json)
    report = chosen.open().samples.import_file(
        file,
        name,
        vocabulary=vocabulary,
        replace_missing=replace_missing,
        allow_missing=allow_missing,
    )
    if chosen.json:
        print_json(report.as_json())
    else:
        _show(report)
    for note in report.notes:
        chosen.note(note)
    if not report.saved:
        say(_why_not(report, replace_missing))
        raise typer.Exit(1)


def _show(report: "ImportReport") -> None:
    if report.problems:
        rows = [one.as_json() for one in report.problems]
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    counts = {
        "here": report.here,
        "missing": report.missing,
        "replaced": report.replaced,
        "other boxes": report.boxes,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    exemplars = counted(report.exemplars, "exemplar")
    categories = counted(report.categories, "category", "categories")
    show(f"{report.name}: {exemplars} of {categories}: {said or 'none'}")


def _why_not(report: "ImportReport", replaced: bool) -> str:
    lacking = report.missing - report.replaced
    remedy = "give --allow-missing" if replaced else "give --replace-missing or --allow-missing"
    exemplars = counted(lacking, "exemplar")
    if replaced:
        why = f"{exemplars} {'has' if lacking == 1 else 'have'} no substitute"
    else:
        why = f"{exemplars} {'is' if lacking == 1 else 'are'} missing"
    return f"nothing was saved: {why}; ingest the missing datasets, or {remedy}"
