"""`ingest`: files into the index."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ovmr_index.cli.ingest_options import (
    AllowVanished,
    ByName,
    DryRun,
    FollowLinks,
    Name,
    OnError,
    Rehash,
    Synsets,
)
from ovmr_index.cli.ingest_report import print_removal, read_sources
from ovmr_index.cli.options import AsJson, Split, settings, to_path
from ovmr_index.errors import UsageError

Layout = Literal["21k-p", "1k", "flat", "tars", "tar-of-tars"]
AnnotationFile = Annotated[
    Path, typer.Argument(parser=to_path, metavar="FILE", help="The annotation file.")
]
Images = Annotated[
    Path,
    typer.Option(
        parser=to_path, metavar="DIR", help="The folder that all images of the dataset are in."
    ),
]
DatasetSplit = Annotated[
    str | None,
    typer.Option(metavar="SPLIT", help="The split that the file is of, as in 'train'."),
]


app = typer.Typer(invoke_without_command=True, epilog="Example: ovmr-index --root demo ingest")


@app.callback()
def ingest(
    context: typer.Context,
    *,
    remove: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Remove a dataset, or one source of it, from the index instead."
        ),
    ] = None,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read datasets into the index.

    Without a command it reads what is at the usual paths below the root, and what was read under a
    name before. What has not changed since is left alone.
    """
    chosen = settings(context, as_json)
    if remove is not None:
        if context.invoked_subcommand is not None:
            raise UsageError("--remove reads nothing; give it without a source")
        print_removal(chosen, chosen.open().sources.rm(remove, dry_run=chosen.dry_run))
    elif context.invoked_subcommand is None:
        read_sources(chosen, chosen.open(create=True), None)


@app.command(epilog="Example: ovmr-index --root demo ingest lvis demo/lvis/lvis_v1_val.json")
def lvis(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            parser=to_path,
            metavar="FILE",
            help="Annotation files; those at the usual paths if none is given.",
        ),
    ] = None,
    split: Annotated[
        Split | None, typer.Option(help="The split of the file, if its name does not contain it.")
    ] = None,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read annotation files of LVIS."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    sources, missing = index.sources.lvis(files or (), split, follow_links=follow_links)
    read_sources(chosen, index, sources, missing)


@app.command(epilog="Example: ovmr-index --root demo ingest imagenet demo/imagenet/imagenet21k_P")
def imagenet(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            parser=to_path, metavar="DIR", help="The folder or tar; the usual folder if not given."
        ),
    ] = None,
    layout: Annotated[
        Layout | None,
        typer.Option(help="How the classes are stored.", show_default="as found"),
    ] = None,
    follow_links: FollowLinks = False,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Read the I-th of N parts of the classes, for jobs that share the work.",
            show_default="all",
        ),
    ] = None,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    as_json: AsJson = False,
) -> None:
    """Read a tree of ImageNet-21K, or its tars.

    Layouts: 21k-p is train, val and imagenet21k_small_classes with a folder a wnid; 1k is train and
    val; flat is a folder a wnid; tars is a tar a wnid in place of the folders; tar-of-tars is one
    tar that contains class tars, plain or gzip, or class folders. Tars are not unpacked. Without
    --layout a class is read from its folder, or from its tar if it has no folder.

    With --shard the index is whole once each of the N parts was read, in any order; in PostgreSQL
    at the same time.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    source = index.sources.imagenet(folder, layout, follow_links=follow_links, shard=shard)
    read_sources(chosen, index, [source])


@app.command(
    "visual-genome", epilog="Example: ovmr-index --root demo ingest visual-genome demo/VisualGenome"
)
def visual_genome(
    context: typer.Context,
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            parser=to_path,
            metavar="DIR",
            help="The folder of objects.json and image_data.json; the usual one if not given.",
        ),
    ] = None,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read the objects of Visual Genome."""
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    read_sources(chosen, index, [index.sources.visual_genome(folder, follow_links=follow_links)])


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
        str,
        typer.Option(
            metavar="FOLDER", help="The folder in DIR that the images of this file are in."
        ),
    ] = "",
    strip: Annotated[
        int,
        typer.Option(metavar="N", help="Leave out the first N folders of each image's path."),
    ] = 0,
    synsets: Synsets = None,
    by_name: ByName = False,
    coco_ids: Annotated[
        bool, typer.Option("--coco-ids", help="The images are COCO's, and have its ids.")
    ] = False,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read an annotation file in COCO's format.

    COCO, Objects365, OpenImages Challenge 2019, V3Det, or your own. A later `ingest` reads it
    again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    options = SourceOptions(synsets, by_name, coco_ids, strip, below, follow_links=follow_links)
    read_sources(chosen, index, [index.sources.coco(file, name, images, split, options)])


@app.command(epilog="Example: ovmr-index ingest folder /data/mugs --name mugs --by-name")
def folder(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            parser=to_path, metavar="DIR", help="The folder that the class folders are in."
        ),
    ],
    *,
    name: Name,
    synsets: Synsets = None,
    by_name: ByName = False,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    as_json: AsJson = False,
) -> None:
    """Read your own images, a folder a class.

    The names of the folders are wnids, or anything else. They become the categories of a vocabulary
    with the name of the dataset. A later `ingest` reads it again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    source = index.sources.folder(
        path, name, SourceOptions(synsets, by_name, follow_links=follow_links)
    )
    read_sources(chosen, index, [source])


@app.command(
    epilog="Example: ovmr-index ingest plugin boxes-csv boxes.csv --name mine --images pictures"
)
def plugin(
    context: typer.Context,
    format_name: Annotated[
        str,
        typer.Argument(metavar="FORMAT", help="The format, by the name that its package gives it."),
    ],
    file: AnnotationFile,
    *,
    name: Name,
    images: Images,
    split: DatasetSplit = None,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read a file in another package's format.

    docs/plugins.md shows how to write one. A later `ingest` reads the file again.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    source = index.sources.plugin(format_name, file, name, images, split, follow_links=follow_links)
    read_sources(chosen, index, [source])
