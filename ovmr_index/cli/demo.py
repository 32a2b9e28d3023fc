"""`demo`: the main job on a small tree of drawn images."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.next_step import program
from ovmr_index.cli.options import AsJson, Settings, settings, to_path
from ovmr_index.cli.output import print_json, show

if TYPE_CHECKING:
    from ovmr_index import CategoryExemplars, ExportReport

EXAMPLE = "Example: ovmr-index demo demo"


def demo(
    context: typer.Context,
    *,
    folder: Annotated[
        Path,
        typer.Argument(
            parser=to_path, metavar="DIR", help="A new folder, or the folder of an earlier demo."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Try the whole job on drawn images.

    Makes a small dataset tree, ingests and exports it, cuts crops of K = 5 and puts them on a
    contact sheet. The index is DIR/ovmr.db.
    """
    from ovmr_index.demo.contact_sheet import contact_sheet
    from ovmr_index.demo.tree import make_demo_tree

    make_demo_tree(folder)
    chosen = replace(settings(context, as_json), root=folder, db=None)
    index = chosen.open(create=True)
    index.ingest()
    report = index.export()
    sample = index.sample()
    crops = folder / "crops"
    index.exports.crops(sample, None, crops)
    sheet = folder / "contact_sheet.png"
    contact_sheet(_rows(sample, crops / "all"), sheet)
    _print_result(chosen, report, crops, sheet)


def _rows(sample: "list[CategoryExemplars]", crops: Path) -> list[tuple[str, list[Path]]]:
    """Return each category with its crops in the order drawn, which their names begin with."""
    return [
        (one.synset.partition(".")[0], sorted((crops / str(one.category_id)).iterdir()))
        for one in sample
    ]


def _print_result(chosen: Settings, report: "ExportReport", crops: Path, sheet: Path) -> None:
    from ovmr_index.demo.questions import QUESTIONS

    index = f"{program()} --root {shlex.quote(str(chosen.root))}"
    questions = [(one.question, f'{index} sql "{one.query}"') for one in QUESTIONS]
    files = [str(written.path) for _, written in report.written]
    if chosen.json:
        commands = [command for _, command in questions]
        print_json(
            {"files": files, "crops": str(crops), "sheet": str(sheet), "questions": commands}
        )
        return
    show(f"A dataset tree of 40 categories, and its index: {chosen.root}")
    show("What training reads:")
    for _, written in report.written:
        show(f"  {written.path}: {written.records:,} records")
    show(f"Crops of five exemplars a category: {crops}")
    show(f"The same crops on one sheet: {sheet}")
    show("Questions to try:")
    for question, command in questions:
        show(question)
        show(f"  {command}")
    show(f"Next: {index} show carrot")
