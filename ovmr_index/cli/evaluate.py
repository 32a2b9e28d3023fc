"""`evaluate`: how well detections find what the images of a source show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ovmr_index.cli.formats import Form
from ovmr_index.cli.options import AsJson, Settings, Split, settings, to_path
from ovmr_index.cli.output import print_json
from ovmr_index.errors import UsageError

if TYPE_CHECKING:
    from ovmr_index import Evaluation

EXAMPLE = "Example: ovmr-index --root demo evaluate results.json --split val"
_CATEGORY_COLUMNS = ("id", "name", "frequency", "images", "instances", "AP", "AP50", "AR")


def evaluate(
    context: typer.Context,
    results: Annotated[
        Path,
        typer.Argument(
            parser=to_path,
            metavar="RESULTS",
            help="A JSON list of detections, as COCO and LVIS have them; it may be packed by gzip.",
        ),
    ],
    *,
    split: Annotated[
        Split | None, typer.Option(help="The split of LVIS.", show_default="val")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another source, by the rules of COCO; see `status`."),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|minival",
            help="Only these images: a file of ids or names, or an annotation file.",
        ),
    ] = None,
    partition: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Give AP of the base and novel categories of this partition, beside rare; may be"
            " given several times.",
        ),
    ] = None,
    iou_type: Annotated[
        Literal["bbox", "segm"], typer.Option("--type", help="Compare boxes or masks.")
    ] = "bbox",
    by_category: Annotated[
        bool, typer.Option("--by-category", help="Show each category too, as --json does.")
    ] = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Compute the AP of detections.

    Also that of base and novel categories. Detections are compared with the boxes or masks of LVIS
    or of another source. LVIS is evaluated as lvis-api does it, every other source as COCO's API.
    Numbers are fractions; -1 stands where no box is to be found. Needs `pip install
    'ovmr-index[eval]'`.
    """
    if split is not None and source is not None:
        raise UsageError("--split and --source are both given; give one of them")
    chosen = settings(context, as_json, form)
    index = chosen.open()
    report = index.evaluate(
        results,
        split or "val",
        source=source,
        images=images,
        partition=partition or (),
        iou_type=iou_type,
    )
    if chosen.json:
        print_json(report.as_json())
    else:
        _print_tables(chosen, report, by_category=by_category)
    for note in report.notes:
        chosen.note(note)


def _print_tables(chosen: Settings, report: "Evaluation", *, by_category: bool) -> None:
    """Print the metrics, the parts of partitions and, if they are asked for, the categories.

    CSV and lines of JSON have the metrics alone, or the categories if they are asked for.
    """
    metrics = [{"metric": name, "value": value} for name, value in report.metrics.items()]
    _print_table(chosen, metrics, beside=by_category)
    if report.partitions:
        chosen.print_gap()
        parts = [{"partition": name, **one.as_json()} for name, one in report.partitions.items()]
        _print_table(chosen, parts, beside=True)
    if by_category:
        chosen.print_gap()
        members = [one.as_json() for one in report.categories]
        shown = [{name: one[name] for name in _CATEGORY_COLUMNS} for one in members]
        _print_table(chosen, shown)


def _print_table(chosen: Settings, records: list[dict[str, Any]], *, beside: bool = False) -> None:
    """Print objects as a table, whose fractions have as many digits as people read."""
    columns = list(records[0]) if records else _CATEGORY_COLUMNS
    rows = [[*map(_short, one.values())] for one in records]
    chosen.print_table(columns, rows, records=records, beside=beside)


def _short(value: object) -> object:
    """Return a fraction with as many digits as a table shows, all equally wide."""
    return f"{value:7.4f}" if isinstance(value, float) else value
