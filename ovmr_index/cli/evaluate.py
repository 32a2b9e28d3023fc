"""`evaluate`: how well detections find what the images of a source show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ovmr_index.cli.options import AsJson, Split, settings, to_path
from ovmr_index.cli.output import print_json, print_table, show
from ovmr_index.errors import UsageError

if TYPE_CHECKING:
    from ovmr_index import Evaluation

EXAMPLE = "Example: ovmr-index evaluate results.json --split val --images minival"
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
    as_json: AsJson = False,
) -> None:
    """Evaluate detections: AP, also of base and novel categories.

    They are compared with the boxes or masks of LVIS or of another source. LVIS is evaluated as
    lvis-api does it, every other source as COCO's API. Numbers are fractions; -1 stands where no
    box is to be found. Needs `pip install 'ovmr-index[eval]'`.
    """
    if split is not None and source is not None:
        raise UsageError("--split and --source are both given; give one of them")
    chosen = settings(context, as_json)
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
        _print_tables(report, by_category=by_category)
    for note in report.notes:
        chosen.note(note)


def _print_tables(report: "Evaluation", *, by_category: bool) -> None:
    """Print the metrics, the parts of partitions and, if they are asked for, the categories."""
    print_table(("metric", "value"), [(name, _short(one)) for name, one in report.metrics.items()])
    if report.partitions:
        show()
        columns = ("partition", *next(iter(report.partitions.values())).as_json())
        rows = [
            (name, *map(_short, one.as_json().values())) for name, one in report.partitions.items()
        ]
        print_table(columns, rows)
    if by_category:
        show()
        members = [one.as_json() for one in report.categories]
        print_table(
            _CATEGORY_COLUMNS,
            [[_short(one[column]) for column in _CATEGORY_COLUMNS] for one in members],
        )


def _short(value: object) -> object:
    """Return a fraction with as many digits as a table shows, all equally wide."""
    return f"{value:7.4f}" if isinstance(value, float) else value
