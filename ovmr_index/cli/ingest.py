"""`ingest`: files into the index."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ovmr_index.cli.ingested import read, take_out
from ovmr_index.cli.options import AsJson, Split, settings
from ovmr_index.errors import UsageError

Layout = Literal["21k-p", "1k", "flat", "tars", "tar-of-tars"]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="What the dataset is called.")]
AnnotationFile = Annotated[Path, typer.Argument(metavar="FILE", help="The annotation file.")]
Images = Annotated[
    Path, typer.Option(metavar="DIR", help="The folder that all the dataset's pictures are in.")
]
DatasetSplit = Annotated[
    str | None,
    typer.Option(metavar="SPLIT", help="Which of the dataset's files it is, as in 'train'."),
]
Synsets = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="JSON that maps categories, by name or id, to synsets of WordNet or wnids.",
    ),
]
ByName = Annotated[
    bool, typer.Option("--by-name", help="Look the names of the other categories up in WordNet.")
]


def _note_dry_run(context: typer.Context, value: bool) -> bool:
    if value:
        context.obj.dry_run = True
    return value


DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", callback=_note_dry_run, help="Tell what would change, and change nothing."
    ),
]

app = typer.Typer(invoke_without_command=True, epilog="Example: ovmr-index --root datasets ingest")


@app.callback()
def ingest(
    context: typer.Context,
    *,
    remove: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Take a dataset, or one source of it, out of the index instead."
        ),
    ] = None,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read the datasets, or one of them, into the index.

    What has not changed since it was read is left alone.
    """
    chosen = settings(context, as_json)
    if remove is not None:
        if context.invoked_subcommand is not None:
            raise UsageError("--remove reads nothing; give it without a source")
        take_out(chosen, remove)
    elif context.invoked_subcommand is None:
        read(chosen, chosen.open(create=True), None)


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
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read annotation files of LVIS."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    places, missing = index.sources.lvis(files or (), split)
    read(chosen, index, places, missing)


@app.command(epilog="Example: ovmr-index ingest imagenet /data/imagenet21k_P")
def imagenet(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The tree, or the tar; the usual one if not given."),
    ] = None,
    layout: Annotated[
        Layout | None,
        typer.Option(help="How the classes lie there.", show_default="told by looking"),
    ] = None,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read a tree of ImageNet-21K, or its tars.

    Layouts: 21k-p is train, val and imagenet21k_small_classes with a folder a wnid; 1k is train and
    val; flat is a folder a wnid; tars is a tar a wnid in place of the folders; tar-of-tars is one
    tar that holds class tars, plain or gzip, or class folders. Tars are not unpacked. Without
    --layout a class is taken from its folder, or from its tar if it has none.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    read(chosen, index, [index.sources.imagenet(folder, layout)])


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
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read the objects and images of Visual Genome."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    read(chosen, index, [index.sources.visual_genome(folder)])


@app.command(
    epilog="Example: ovmr-index ingest coco zhiyuan_objv2_train.json --name objects365 "
    "--images /data/objects365 --split train --strip 2 --below train --by-name"
)
def coco(
    context: typer.Context,
    file: AnnotationFile,
    *,
    name: Name,
    images: Images,
    split: DatasetSplit = None,
    below: Annotated[
        str, typer.Option(metavar="FOLDER", help="Where in DIR the pictures of this file are.")
    ] = "",
    strip: Annotated[
        int,
        typer.Option(metavar="N", help="How many folders to leave out of each picture's path."),
    ] = 0,
    synsets: Synsets = None,
    by_name: ByName = False,
    coco_ids: Annotated[
        bool, typer.Option("--coco-ids", help="The pictures are COCO's, known by their ids.")
    ] = False,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read an annotation file in COCO's format.

    COCO, Objects365, OpenImages Challenge 2019, V3Det, or one's own. A later `ingest` reads it
    again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    options = SourceOptions(synsets, by_name, coco_ids, strip, below)
    read(chosen, index, [index.sources.coco(file, name, images, split, options)])


@app.command(epilog="Example: ovmr-index ingest folder /data/mugs --name mugs --by-name")
def folder(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="DIR", help="Where the class folders are.")],
    *,
    name: Name,
    synsets: Synsets = None,
    by_name: ByName = False,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read pictures of one's own, a folder a class.

    The folders' names are wnids, or anything else. They become the categories of a vocabulary of
    the dataset's name. A later `ingest` reads it again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    place = index.sources.folder(path, name, SourceOptions(synsets, by_name))
    read(chosen, index, [place])


@app.command(
    epilog="Example: ovmr-index ingest plugin boxes-csv boxes.csv --name mine --images pictures"
)
def plugin(
    context: typer.Context,
    format_name: Annotated[
        str, typer.Argument(metavar="FORMAT", help="The name that the package gives it.")
    ],
    file: AnnotationFile,
    *,
    name: Name,
    images: Images,
    split: DatasetSplit = None,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Read an annotation file in the format of another package.

    docs/plugins.md tells how to write one. A later `ingest` reads the file again.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    read(chosen, index, [index.sources.plugin(format_name, file, name, images, split)])
