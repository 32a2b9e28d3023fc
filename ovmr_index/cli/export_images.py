"""`export images` and `export manifest`: what another machine needs of the datasets."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, sample_name, settings
from ovmr_index.cli.output import print_json, show
from ovmr_index.cli.written import tell_written

IMAGES_EXAMPLE = "Example: ovmr-index export images --name five -o five_images"
MANIFEST_EXAMPLE = "Example: ovmr-index export manifest norare --name five -o files.json"

Name = typer.Option(
    "--name", "--sample", metavar="NAME", callback=sample_name, help="A saved sample."
)
Target = typer.Argument(
    metavar="TARGET",
    help="exemplars, sample, norare, rareonly, cat-info or imagenet-lvis.",
    show_default="what `export` writes",
)


def images(
    context: typer.Context,
    *,
    name: Annotated[str, Name],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Where.", show_default="ROOT/images"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the pictures that a saved sample needs, and no others.

    Goes to DIR/<dataset>/<file name>; pictures in tars are taken out of them. Those that an earlier
    run wrote are kept. Exits with 1 if some are missing.
    """
    chosen = settings(context, as_json)
    index = chosen.open()
    folder = output or chosen.root / "images"
    report = index.exports.images(index.samples.load(name), folder)
    tell_written(chosen, folder, report, "images")


def manifest(
    context: typer.Context,
    *,
    targets: Annotated[list[str] | None, Target] = None,
    name: Annotated[str | None, Name] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where.", show_default="metadata/manifest.json"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List every file that targets or a saved sample need, with its size.

    A JSON list, by dataset and file name, of {dataset, file_name, path, size}: path is relative to
    the root, size is in bytes and null for a file that is missing. A picture in a tar has the path
    of the tar, its own size, and "tar": true.
    """
    from ovmr_index.export.api import MANIFEST_TARGETS

    chosen = settings(context, as_json)
    index = chosen.open()
    samples = [] if name is None else [index.samples.load(name)]
    wanted = targets or ([] if samples else MANIFEST_TARGETS)
    written = index.exports.manifest(wanted, samples, output)
    if chosen.json:
        missing = len(written.problems)
        print_json({"file": str(written.path), "records": written.records, "missing": missing})
    else:
        show(f"{written.path}: {written.records:,} files")
    chosen.warn(written.problems)
