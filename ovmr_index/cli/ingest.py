"""`ingest`: files into the index."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ovmr_index.cli.options import AsJson, Settings, Split, settings
from ovmr_index.cli.output import print_json, show

if TYPE_CHECKING:
    from ovmr_index.index import IngestReport, SourceReport

_COUNTED = {"lvis": "annotations", "imagenet": "files", "visual-genome": "objects"}

app = typer.Typer(invoke_without_command=True, epilog="Example: ovmr-index --root datasets ingest")


@app.callback()
def ingest(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Read the datasets, or one of them, into the index.

    What has not changed since it was read is left alone.
    """
    chosen = settings(context, as_json)
    if context.invoked_subcommand is None:
        _print_report(chosen, chosen.open(create=True).ingest())


@app.command(epilog="Example: ovmr-index ingest lvis lvis_v0.5_val.json --split val")
def lvis(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Annotation files; the usual ones if none."),
    ] = None,
    split: Annotated[
        Split | None, typer.Option(help="The split, where the file's name does not tell it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read annotation files of LVIS."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    places, missing = index.lvis_places(files or (), split)
    _print_report(chosen, index.ingest(places), missing)


@app.command(epilog="Example: ovmr-index ingest imagenet /data/imagenet21k_P")
def imagenet(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The tree; the usual one if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a tree of ImageNet-21K.

    Its folders are train, val and imagenet21k_small_classes, or it is flat: a folder a wnid.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    _print_report(chosen, index.ingest([index.imagenet_place(folder)]))


@app.command("visual-genome", epilog="Example: ovmr-index ingest visual-genome /data/VisualGenome")
def visual_genome(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="Where objects.json and image_data.json are; the usual folder if not given.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the objects and images of Visual Genome."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    _print_report(chosen, index.ingest([index.visual_genome_place(folder)]))


def _print_report(chosen: Settings, report: "IngestReport", missing: Sequence[str] = ()) -> None:
    for path in [*missing, *report.missing]:
        chosen.note(f"not there: {path}")
    if chosen.json:
        print_json({"sources": [_as_json(source) for source in report.sources]})
    for source in report.sources:
        if not chosen.json:
            show(_as_line(source))
        chosen.warn([": ".join(filter(None, problem)) for problem in source.problems])


def _as_json(source: "SourceReport") -> dict[str, Any]:
    return {
        "name": source.name,
        "format": source.format,
        **asdict(source.counts),
        "errors": len(source.problems),
        "seconds": source.seconds,
    }


def _as_line(source: "SourceReport") -> str:
    unit = _COUNTED[source.format]
    if source.counts.did_work:
        counts = asdict(source.counts).items()
        done = f"{unit}: " + ", ".join(f"{count:,} {word}" for word, count in counts if count)
    else:
        done = f"nothing has changed, {source.counts.unchanged:,} {unit}"
    if source.problems:
        done += f", {len(source.problems):,} left out"
    return f"{source.name}: {done} ({source.seconds:.1f} s)"
