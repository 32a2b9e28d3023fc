"""`import-sample`: a sample that somebody else drew."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Vocabulary, sample_name, settings
from ovmr_index.cli.output import print_json, print_table, say, show
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import ImportReport

EXAMPLE = (
    "Example: ovmr-index import-sample lvis_image_exemplar_dict_K-005_author.json --name author"
)


def import_sample(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `export sample` writes it.")],
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", callback=sample_name, help="What to call it."),
    ],
    replace_missing: Annotated[
        bool,
        typer.Option("--replace-missing", help="Draw a substitute for what is missing."),
    ] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Keep the rest, whatever is missing.")
    ] = False,
    vocabulary: Vocabulary = LVIS_TRAIN,
    as_json: AsJson = False,
) -> None:
    """Find the exemplars of a sample's file in the index, and keep them under a name.

    Exits with 1, and keeps nothing, if some are missing and have no substitute. Of a box that
    differs the index's own is kept. Pictures are not looked for on the disk: see `verify`.
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
        told = asdict(report)
        print_json(told | {"problems": [one._asdict() for one in report.problems]})
    else:
        _show(report)
    if not report.saved:
        say(_why_not(report, replace_missing))
        raise typer.Exit(1)


def _show(report: "ImportReport") -> None:
    if report.problems:
        print_table(report.problems[0]._fields, report.problems)
    counts = {
        "here": report.here,
        "missing": report.missing,
        "replaced": report.replaced,
        "other boxes": report.boxes,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    head = f"{report.name}: {report.exemplars:,} exemplars of {report.categories:,} categories"
    show(f"{head}: {said or 'none'}")


def _why_not(report: "ImportReport", replaced: bool) -> str:
    lacking = report.missing - report.replaced
    remedy = "give --allow-missing" if replaced else "give --replace-missing or --allow-missing"
    why = "have no substitute" if replaced else "are missing"
    return f"nothing was saved: {lacking:,} exemplars {why}; ingest their datasets, or {remedy}"
