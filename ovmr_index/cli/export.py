"""`export`: files out of the index."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ovmr_index.cli.options import (
    AsJson,
    K,
    MethodOption,
    OnShortageOption,
    Output,
    SavedName,
    Seed,
    Settings,
    Split,
    SplitOption,
    sample_name,
    saved_or_drawn,
    settings,
)
from ovmr_index.cli.output import print_json, show
from ovmr_index.errors import UsageError

if TYPE_CHECKING:
    from ovmr_index.index import (
        CategoryPicks,
        CropReport,
        DrawOptions,
        ExportReport,
        Index,
        Written,
    )

app = typer.Typer(invoke_without_command=True, epilog="Example: ovmr-index --root datasets export")


@app.callback()
def export(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Write the files that training reads, or one of them.

    Each goes to its published path below the root; one whose source is missing is left out.
    Exits with 1 if a file could not be written.
    """
    chosen = settings(context, as_json)
    if context.invoked_subcommand is None:
        _print_report(chosen, chosen.open().export())


@app.command()
def exemplars(context: typer.Context, *, output: Output = None, as_json: AsJson = False) -> None:
    """Write the pool of each category: metadata/exemplar_dict.json."""
    _export(settings(context, as_json), "exemplars", output)


@app.command(epilog="Example: ovmr-index export sample -K 30 --on-shortage repeat")
def sample(
    context: typer.Context,
    *,
    output: Output = None,
    k: K = None,
    seed: Seed = None,
    method: MethodOption = None,
    on_shortage: OnShortageOption = None,
    name: SavedName = None,
    as_json: AsJson = False,
) -> None:
    """Write K exemplars of each category, drawn now or saved under a name.

    Goes to metadata/lvis_image_exemplar_dict_K-005_own.json (K in three digits), a saved one to
    metadata/NAME.json.
    """
    chosen = settings(context, as_json)
    wanted = saved_or_drawn(name, k, seed, method, on_shortage)
    _print_report(chosen, _report("sample", chosen.open().export_sample(wanted, output)))


@app.command()
def norare(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    as_json: AsJson = False,
) -> None:
    """Write LVIS's file without rare annotations: lvis/lvis_v1_train_norare.json."""
    _export(settings(context, as_json), "norare", output, split=split)


@app.command()
def rareonly(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    as_json: AsJson = False,
) -> None:
    """Write LVIS's file with rare annotations alone: lvis/lvis_v1_train_rare_only.json."""
    _export(settings(context, as_json), "rareonly", output, split=split)


@app.command("cat-info", epilog="Example: ovmr-index export cat-info --split val --add-freq")
def cat_info(
    context: typer.Context,
    *,
    output: Output = None,
    split: SplitOption = "train",
    add_freq: Annotated[
        bool, typer.Option("--add-freq", help="Set frequency (r, c, f) by the counted images.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write LVIS's categories with counts: metadata/lvis_v1_train_cat_info.json."""
    chosen = settings(context, as_json)
    _export(chosen, "cat-info", output, split=split, add_frequency=add_freq)


@app.command("imagenet-lvis")
def imagenet_lvis(
    context: typer.Context, *, output: Output = None, as_json: AsJson = False
) -> None:
    """Write ImageNet's pictures of LVIS's categories, sizes included.

    Goes to imagenet/annotations/imagenet_lvis_image_info.json; sizes are read once.
    """
    _export(settings(context, as_json), "imagenet-lvis", output)


CropFolder = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="Where.", show_default="ROOT/crops"),
]
Layout = Annotated[
    Literal["published", "ovmr"],
    typer.Option(help="Folders as MM-OVOD's scripts make them, or as OVMR reads them."),
]
TrainName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=sample_name,
        show_default="as val",
        help="Layout ovmr: the saved sample for train.",
    ),
]


@app.command(epilog="Example: ovmr-index export crops -K 5 -o crops")
def crops(
    context: typer.Context,
    *,
    output: CropFolder = None,
    layout: Layout = "published",
    name: SavedName = None,
    train_name: TrainName = None,
    k: K = None,
    seed: Seed = None,
    method: MethodOption = None,
    on_shortage: OnShortageOption = None,
    as_json: AsJson = False,
) -> None:
    """Write a picture for each exemplar of a sample, drawn now or saved under a name.

    Pictures that an earlier run wrote are kept. Exits with 1 if some could not be written.
    """
    chosen = settings(context, as_json)
    wanted = saved_or_drawn(name, k, seed, method, on_shortage)
    if train_name is not None and layout != "ovmr":
        raise UsageError("--train-name: layout published has one sample; give --layout ovmr")
    index = chosen.open()
    picks = _picks(index, wanted)
    folder = output or chosen.root / "crops"
    if layout == "published":
        report = index.export_crops(picks, None, folder)
    else:
        train = picks if train_name is None else index.load_sample(train_name)
        report = index.export_crops(train, picks, folder)
    _print_crops(chosen, folder, report)


def _export(
    chosen: Settings, target: str, output: Path | None, *, split: Split = "train", **more: bool
) -> None:
    written = chosen.open().export_target(target, output, split=split, **more)
    _print_report(chosen, _report(target, written))


def _picks(index: "Index", wanted: "DrawOptions | str") -> "list[CategoryPicks]":
    return index.load_sample(wanted) if isinstance(wanted, str) else index.sample(wanted)


def _report(target: str, written: "Written") -> "ExportReport":
    from ovmr_index.index import ExportReport

    return ExportReport(written=[(target, written)])


def _print_report(chosen: Settings, report: "ExportReport") -> None:
    if chosen.json:
        print_json(
            {
                "written": [_as_json(target, written) for target, written in report.written],
                "left_out": [{"target": one, "reason": why} for one, why in report.left_out],
                "failed": [{"target": one, "reason": why} for one, why in report.failed],
            }
        )
    for _, written in report.written:
        if not chosen.json:
            show(f"{written.path}: {written.records:,} records")
        chosen.warn(written.problems)
    for target, reason in report.left_out:
        chosen.note(f"{target}: left out: {reason}")
    chosen.warn([f"{target}: failed: {reason}" for target, reason in report.failed])
    if report.failed:
        raise typer.Exit(1)


def _as_json(target: str, written: "Written") -> dict[str, Any]:
    problems = list(written.problems)
    return {
        "target": target,
        "file": str(written.path),
        "records": written.records,
        "problems": problems,
    }


def _print_crops(chosen: Settings, folder: Path, report: "CropReport") -> None:
    if chosen.json:
        names = ("dataset", "file_name", "reason")
        problems = [dict(zip(names, problem, strict=True)) for problem in report.problems]
        counts = {"written": report.written, "kept": report.kept}
        print_json({"folder": str(folder), **counts, "problems": problems})
    else:
        show(f"{folder}: {report.written:,} crops written, {report.kept:,} kept")
    chosen.warn([": ".join(problem) for problem in report.problems])
    if report.problems:
        raise typer.Exit(1)
