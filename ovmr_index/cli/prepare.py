"""`prepare`: put datasets where training looks for them; ImageNet into its three folders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, Settings, settings, to_path
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.output_options import folder_option

if TYPE_CHECKING:
    from ovmr_index.ingest.prepare import PrepareReport

app = typer.Typer(
    no_args_is_help=True, epilog="Example: ovmr-index --root demo prepare training --for mm-ovod"
)


@app.callback()
def prepare() -> None:
    """Put datasets where training looks for them."""


@app.command(epilog="Example: ovmr-index prepare imagenet datasets/imagenet --link")
def imagenet(
    context: typer.Context,
    *,
    folder: Annotated[
        Path,
        typer.Argument(parser=to_path, metavar="DIR", help="A flat tree: a folder for each wnid."),
    ],
    output: Annotated[Path | None, folder_option("DIR/imagenet21k_P")] = None,
    move: Annotated[
        bool, typer.Option("--move/--link", help="Move the files, or make hard links to them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Sort ImageNet-21K into its three folders.

    They are train, val and imagenet21k_small_classes. Sorts a flat tree as the processing script of
    ImageNet-21K-P does, without its resizing: a class of 500 images or fewer goes to
    imagenet21k_small_classes; the first 50 images by name of any other class go to val. Run it
    again to go on after a stop. Exits with 1 if something was left out.
    """
    from ovmr_index.ingest.prepare import prepare_imagenet

    chosen = settings(context, as_json)
    report = prepare_imagenet(folder, output, move=move, progress=chosen.progress)
    _show(chosen, report, "moved" if move else "linked")
    chosen.warn([problem.describe() for problem in report.problems])
    if report.problems:
        raise typer.Exit(1)


def _show(chosen: Settings, report: "PrepareReport", done: str) -> None:
    if chosen.json:
        print_json(report.as_json())
    else:
        placed = ", ".join(f"{count:,} to {split}" for split, count in report.placed.items())
        large = report.classes - report.small_classes
        show(f"classes: {large:,} for train and val, {report.small_classes:,} small ones")
        show(f"{done}: {placed}; {report.kept:,} were there")
