"""`ingest webdataset`."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.ingest_options import AllowVanished, ByName, DryRun, Name, Rehash, Synsets
from ovmr_index.cli.ingest_report import read_sources
from ovmr_index.cli.options import AsJson, settings, to_path

EXAMPLE = "Example: ovmr-index ingest webdataset /data/mugs-shards --name mugs --by-name"


def webdataset(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            parser=to_path,
            metavar="DIR",
            help="The folder that the shards, or folders of them, are in.",
        ),
    ],
    *,
    name: Name,
    synsets: Synsets = None,
    by_name: ByName = False,
    _: DryRun = False,
    _allow_vanished: AllowVanished = False,
    _rehash: Rehash = False,
    as_json: AsJson = False,
) -> None:
    """Read labelled images in WebDataset shards.

    The images stay in the shards. Members of one key are a sample: an image, and its label in .cls
    or .json. Labels become the categories of a vocabulary with the name of the dataset. A later
    `ingest` reads it again, with the same options.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    source = index.sources.webdataset(folder, name, SourceOptions(synsets, by_name))
    read_sources(chosen, index, [source])
