"""`measure`: sizes and hashes of images, read ahead by any number of processes."""

from typing import Annotated

import typer

from ovmr_index.cli.options import AsJson, OptionalVocabulary, given, settings
from ovmr_index.cli.output import print_json
from ovmr_index.errors import UsageError, counted
from ovmr_index.vocabularies.names import LVIS_TRAIN

EXAMPLE = "Example: ovmr-index --root demo measure --hashes"


def measure(
    context: typer.Context,
    *,
    sizes: Annotated[
        bool,
        typer.Option(
            "--sizes", help="Read the width and height of images, from their headers, alone."
        ),
    ] = False,
    hashes: Annotated[
        bool, typer.Option("--hashes", help="Hash the files of images alone.")
    ] = False,
    near: Annotated[
        bool,
        typer.Option("--near", help="Hash what images look like, too; takes longer."),
    ] = False,
    vocabulary: OptionalVocabulary = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="All images of a source instead; `status` names the sources."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="How many processes.",
            show_default="one a processor, at most 16",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the sizes and hashes of images.

    It does ahead what `export imagenet-lvis` and `audit --content` need. Several may run at once,
    in PostgreSQL on any number of machines: they share the images, and each ends when the last one
    is read. What one that was killed had begun is done by another. Without --sizes, --hashes and
    --near it reads sizes and hashes. Images that cannot be read are named, and are no failure.
    """
    if vocabulary is not None and source is not None:
        raise UsageError("--vocabulary and --source are both given; give one of them")
    chosen = settings(context, as_json)
    is_any = sizes or hashes or near
    report = chosen.open().measure(
        sizes=sizes or not is_any,
        hashes=hashes or not is_any,
        near=near,
        vocabulary=given(vocabulary, LVIS_TRAIN),
        source=source,
        workers=workers,
    )
    chosen.warn([one.describe() for one in report.unreadable])
    if chosen.json:
        unreadable = len(report.unreadable)
        print_json({"sizes": report.sizes, "hashes": report.hashes, "unreadable": unreadable})
        return
    done = [f"sizes of {counted(report.sizes, 'image')}"] if sizes or not is_any else []
    if hashes or near or not is_any:
        done.append(f"hashes of {counted(report.hashes, 'image')}")
    chosen.report(f"{' and '.join(done)} read")
