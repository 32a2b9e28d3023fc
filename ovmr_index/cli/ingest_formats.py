"""`ingest openimages`, `ingest yolo`, `ingest voc`: all splits that are at one path."""

from pathlib import Path
from typing import Annotated

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
from ovmr_index.cli.ingest_report import read_sources
from ovmr_index.cli.options import AsJson, settings, to_path

OPENIMAGES_EXAMPLE = "Example: ovmr-index ingest openimages /data/openimages --by-name"
YOLO_EXAMPLE = "Example: ovmr-index ingest yolo /data/mugs/data.yaml --name mugs --by-name"
VOC_EXAMPLE = "Example: ovmr-index ingest voc /data/VOCdevkit/VOC2012 --name voc2012 --synsets coco"
Folder = Annotated[
    Path, typer.Argument(parser=to_path, metavar="DIR", help="The folder of the dataset.")
]


def openimages(
    context: typer.Context,
    folder: Folder,
    *,
    name: Name = "openimages",
    synsets: Synsets = None,
    by_name: ByName = False,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read OpenImages as it ships.

    That is each *-annotations-bbox.csv of DIR, with class-descriptions*.csv beside it. Images are
    in DIR, in folders as images, train, or train_0 to train_f. Boxes are fractions of an image: the
    headers of the images are read, and boxes of images that are not there are left out. A later
    `ingest` reads all again, with the same options, once more images are there.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    options = SourceOptions(synsets, by_name, follow_links=follow_links)
    read_sources(chosen, index, index.sources.openimages(folder, name, options))


def yolo(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(parser=to_path, metavar="PATH", help="The data.yaml, or its folder."),
    ],
    *,
    name: Name,
    synsets: Synsets = None,
    by_name: ByName = False,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read a dataset of YOLO: boxes or polygons.

    Each of train, val and test in data.yaml is a source. The sizes of the images are read from
    their headers. A later `ingest` reads all again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    options = SourceOptions(synsets, by_name, follow_links=follow_links)
    read_sources(chosen, index, *index.sources.yolo(path, name, options))


def voc(
    context: typer.Context,
    folder: Folder,
    *,
    name: Name,
    synsets: Synsets = None,
    by_name: ByName = False,
    follow_links: FollowLinks = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    _on_error: OnError = None,
    as_json: AsJson = False,
) -> None:
    """Read a folder in the form of Pascal VOC.

    DIR holds Annotations and JPEGImages. Each list train, val and test of ImageSets/Main is a
    source, trainval where it is not in two parts; without lists all images are one source. A later
    `ingest` reads all again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    options = SourceOptions(synsets, by_name, follow_links=follow_links)
    read_sources(chosen, index, index.sources.voc(folder, name, options))
