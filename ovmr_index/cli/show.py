"""`show`: one category and its exemplars."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, Settings, Vocabulary, in_range, settings, to_path
from ovmr_index.cli.output import print_json, show
from ovmr_index.errors import counted
from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from ovmr_index import CategoryPool, WrittenSheets

EXAMPLE = "Example: ovmr-index --root demo show carrot --sheet carrot.png"
_COLUMNS = ("position", "dataset", "split", "file_name", "region_id", "box", "weight")

SheetFile = Annotated[
    Path | None,
    typer.Option(
        "--sheet",
        parser=to_path,
        metavar="FILE",
        help="Write a contact sheet of the crops to this PNG file.",
    ),
]


def show_category(
    context: typer.Context,
    *,
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help="Its id, name or synset.")],
    limit: Annotated[
        int, typer.Option("-K", metavar="N", callback=in_range, help="The first N exemplars.")
    ] = 50,
    datasets: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="Only exemplars of this dataset; may be given several times.",
        ),
    ] = None,
    sheet: SheetFile = None,
    vocabulary: Vocabulary = LVIS_TRAIN,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Show a category and its exemplars.

    The exemplars of its pool are in the order of the recipe. With --sheet their crops are put on a
    contact sheet, in pages FILE-1.png and so on where one does not hold them.
    """
    chosen = settings(context, as_json, form)
    index, names = chosen.open(), datasets or ()
    if sheet is not None:
        written = index.exports.category_sheet(
            category, sheet, limit=limit, datasets=names, vocabulary=vocabulary
        )
        print_sheets(chosen, written)
        return
    found = index.pools.show(category, limit=limit, datasets=names, vocabulary=vocabulary)
    if chosen.json:
        print_json(found.as_json())
    else:
        _print(chosen, found)


def print_sheets(chosen: Settings, written: "WrittenSheets") -> None:
    """Print which pages of a contact sheet were written; warn of crops that there are none of."""
    if chosen.json:
        problems = [
            {"dataset": one.dataset, "file_name": one.file, "reason": one.reason}
            for one in written.problems
        ]
        files = [str(file) for file in written.files]
        print_json(
            {
                "files": files,
                "crops": written.crops,
                "problems": problems,
                "excluded": written.excluded,
            }
        )
    else:
        first, *others = written.files
        pages = f" to {others[-1]}, {counted(len(written.files), 'page')}" if others else ""
        show(f"{first}{pages}: {counted(written.crops, 'crop')}")
    chosen.warn([one.describe() for one in written.problems])
    if written.excluded:
        chosen.note(f"{counted(written.excluded, 'excluded exemplar')} left out")


def _print(chosen: Settings, found: "CategoryPool") -> None:
    synset = f", {found.synset}" if found.synset else ""
    frequency = f", frequency {found.frequency}" if found.frequency else ""
    chosen.report(f"{found.category}: id {found.category_id}{synset}{frequency}")
    if found.definition:
        chosen.report(found.definition)
    chosen.print_gap()
    counts = [*found.coverage.by_dataset.items(), ("total", found.coverage.total)]
    chosen.print_table(("dataset", "exemplars"), counts, bar="exemplars", beside=True)
    if found.exemplars or chosen.form != "table":
        chosen.print_gap()
        chosen.print_table(_COLUMNS, _rows(found), records=found.as_json()["exemplars"])
    if len(found.exemplars) < found.found:
        chosen.note(f"the first {len(found.exemplars):,} of {found.found:,}; -K shows more")


def _rows(found: "CategoryPool") -> list[tuple[Any, ...]]:
    return [
        (
            position,
            one.dataset,
            one.split,
            one.file_name,
            one.region_id,
            None if one.w is None or one.h is None else f"{one.w:.0f} x {one.h:.0f}",
            one.weight,
        )
        for position, one in enumerate(found.exemplars)
    ]
