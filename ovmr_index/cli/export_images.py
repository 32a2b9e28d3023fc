"""`export images` and `export manifest`: what another machine needs of the datasets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import (
    AsJson,
    Settings,
    output_file,
    output_folder,
    sample_name,
    settings,
    to_path,
)
from ovmr_index.cli.output import print_json, show
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index import WrittenImages

IMAGES_EXAMPLE = "Example: ovmr-index export images --name five -o five_images"
MANIFEST_EXAMPLE = "Example: ovmr-index export manifest norare --name five -o files.json"

Name = typer.Option(
    "--name", "--sample", metavar="NAME", callback=sample_name, help="The saved sample."
)
Target = typer.Argument(
    metavar="TARGET",
    help="exemplars, sample, annotations, norare, rareonly, cat-info or imagenet-lvis.",
    show_default="what `export` writes",
)


def images(
    context: typer.Context,
    *,
    name: Annotated[str, Name],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=to_path,
            metavar="DIR",
            callback=output_folder,
            help="Write to this folder.",
            show_default="ROOT/images",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the images that a saved sample needs, and no others.

    Goes to DIR/<dataset>/<file name>. Images in tars are taken out of them. Images that an earlier
    run wrote are kept. Exits with 1 if some images are missing.
    """
    from ovmr_index.export.images import IMAGE_FOLDER

    chosen = settings(context, as_json)
    index = chosen.open()
    folder = output or chosen.root / IMAGE_FOLDER
    report = index.exports.images(index.samples.load(name), folder)
    print_written(chosen, folder, report, "images")


def manifest(
    context: typer.Context,
    *,
    targets: Annotated[list[str] | None, Target] = None,
    name: Annotated[str | None, Name] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            parser=to_path,
            metavar="FILE",
            callback=output_file,
            help="Write here; - is standard output.",
            show_default="ROOT/metadata/manifest.json",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List every file that targets or a saved sample need, with its size.

    A JSON list, by dataset and file name, of {dataset, file_name, path, size}: path is relative to
    the root, size is in bytes and null for a file that is missing. An image in a tar has the path
    of the tar, the size of the image, and "tar": true.
    """
    from ovmr_index.export.targets import DEFAULT_TARGETS

    chosen = settings(context, as_json)
    index = chosen.open()
    samples = [] if name is None else [index.samples.load(name)]
    wanted = targets or ([] if samples else DEFAULT_TARGETS)
    written = index.exports.manifest(wanted, samples, output)
    if chosen.json:
        missing = len(written.problems)
        chosen.report_json(
            {"file": str(written.path), "records": written.records, "missing": missing}
        )
    else:
        chosen.report(f"{written.path}: {written.records:,} files")
    chosen.warn(written.problems)


def print_written(chosen: Settings, folder: Path, report: "WrittenImages", what: str) -> None:
    """Print how many images were written into a folder; exit with 1 if some are missing.

    `what` the images are: crops, or whole images.
    """
    if chosen.json:
        problems = [
            {"dataset": issue.dataset, "file_name": issue.file, "reason": issue.reason}
            for issue in report.problems
        ]
        counts = {"written": report.written, "kept": report.kept}
        notes = {"notes": [issue.describe() for issue in report.notes]} if report.notes else {}
        print_json({"folder": str(folder), **counts, "problems": problems, **notes})
    else:
        written = counted(report.written, what.removesuffix("s"), what)
        show(f"{folder}: {written} written, {report.kept:,} kept")
    if not chosen.quiet:
        chosen.warn([issue.describe() for issue in report.notes])
    chosen.warn([issue.describe() for issue in report.problems])
    if report.problems:
        raise typer.Exit(1)
