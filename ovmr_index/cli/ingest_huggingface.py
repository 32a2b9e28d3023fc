"""`ingest huggingface`."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.ingest_options import AllowVanished, ByName, DryRun, Name, Rehash, Synsets
from ovmr_index.cli.ingest_report import read_sources
from ovmr_index.cli.options import AsJson, settings, to_path

EXAMPLE = "Example: ovmr-index ingest huggingface /data/food101 --name food101 --by-name"


def huggingface(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            parser=to_path,
            metavar="DIR",
            help="The folder that the Parquet files, or folders of them, are in.",
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
    """Read labelled images of Hugging Face.

    They stay in the Parquet files. A column holds the images, another one their labels: class
    names, names or numbers. Labels become the categories of a vocabulary with the name of the
    dataset. A later `ingest` reads it again, with the same options. Needs `pip install
    'ovmr-index[parquet]'`.
    """
    from ovmr_index import SourceOptions

    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    source = index.sources.huggingface(folder, name, SourceOptions(synsets, by_name))
    read_sources(chosen, index, [source])
