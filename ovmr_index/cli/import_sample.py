"""`import-sample`: a sample that somebody else drew."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.next_step import note_next
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, sample_name, settings, to_path
from ovmr_index.cli.output import print_json, say
from ovmr_index.errors import counted
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import ImportReport

EXAMPLE = (
    "Example: ovmr-index --root demo import-sample"
    " demo/metadata/lvis_image_exemplar_dict_K-005_own.json --name own"
)
_COLUMNS = (
    *("category_id", "position", "dataset", "file_name", "kind", "reason"),
    "substitute",
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
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Save the sample of a file under a name.

    The exemplars that the file names are looked up in the index. Exits with 1, and saves nothing,
    if some are missing and have no substitute. Where a box or another member differs, the index's
    is saved. The image files are not opened: see `verify`.
    """
    chosen = settings(context, as_json, form)
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
        _show(chosen, report)
    for note in report.notes:
        chosen.note(note)
    if not report.saved:
        say(_why_not(report, replace_missing))
        raise typer.Exit(1)
    note_next(chosen, "export", "crops", "--name", name)


def _show(chosen: Settings, report: "ImportReport") -> None:
    if report.problems or chosen.form != "table":
        rows = [list(one.as_json().values()) for one in report.problems]
        chosen.print_table(_COLUMNS, rows)
    counts = {
        "here": report.here,
        "missing": report.missing,
        "replaced": report.replaced,
        "other boxes": report.boxes,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    exemplars = counted(report.exemplars, "exemplar")
    categories = counted(report.categories, "category", "categories")
    chosen.report(f"{report.name}: {exemplars} of {categories}: {said or 'none'}")


def _why_not(report: "ImportReport", replaced: bool) -> str:
    lacking = report.missing - report.replaced
    remedy = "give --allow-missing" if replaced else "give --replace-missing or --allow-missing"
    exemplars = counted(lacking, "exemplar")
    if replaced:
        why = f"{exemplars} {'has' if lacking == 1 else 'have'} no substitute"
    else:
        why = f"{exemplars} {'is' if lacking == 1 else 'are'} missing"
    return f"nothing was saved: {why}; ingest the missing datasets, or {remedy}"
