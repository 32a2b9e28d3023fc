"""`export images` and `export manifest`: what another machine needs of the datasets."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.export_report import print_images
from ovmr_index.cli.options import AsJson, IgnoreCuration, sample_name, settings
from ovmr_index.cli.output_options import file_option, folder_option

IMAGES_EXAMPLE = "Example: ovmr-index --root demo export images --name five -o five_images"
MANIFEST_EXAMPLE = "Example: ovmr-index --root demo export manifest norare --name five"

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
    output: Annotated[Path | None, folder_option("ROOT/images")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the images of a saved sample.

    Goes to DIR/<dataset>/<file name>. Images in tars are taken out of them. Images that an earlier
    run wrote are kept. Exits with 1 if some images are missing.
    """
    from ovmr_index.export.images import IMAGE_FOLDER

    chosen = settings(context, as_json)
    index = chosen.open()
    folder = output or index.exports.folder / IMAGE_FOLDER
    report = index.exports.images(index.samples.load(name), folder)
    print_images(chosen, folder, report, "images")


def manifest(
    context: typer.Context,
    *,
    targets: Annotated[list[str] | None, Target] = None,
    name: Annotated[str | None, Name] = None,
    output: Annotated[Path | None, file_option("ROOT/metadata/manifest.json")] = None,
    ignore_curation: IgnoreCuration = False,
    as_json: AsJson = False,
) -> None:
    """List files that targets or a sample need.

    A JSON list, by dataset and file name, of {dataset, file_name, path, size}: path is relative to
    the root, size is in bytes and null for a file that is missing. An image in a tar has the path
    of the tar, the size of the image, and "tar": true; one in a Parquet file "parquet": true.
    """
    from ovmr_index.export.targets import DEFAULT_TARGETS

    chosen = settings(context, as_json)
    index = chosen.open()
    samples = [] if name is None else [index.samples.load(name)]
    wanted = targets or ([] if samples else DEFAULT_TARGETS)
    written = index.exports.manifest(wanted, samples, output, ignore_curation=ignore_curation)
    if chosen.json:
        missing = len(written.problems)
        chosen.report_json(
            {"file": str(written.path), "records": written.records, "missing": missing}
        )
    else:
        chosen.report(f"{written.path}: {written.records:,} files")
    chosen.warn(written.problems)
