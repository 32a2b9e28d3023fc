"""`ingest parquet`: an index again, from what `export parquet` wrote."""

from pathlib import Path
from typing import Annotated

import typer

from ovmr_index.cli.ingest_options import DryRun
from ovmr_index.cli.ingest_report import print_report
from ovmr_index.cli.options import AsJson, settings, to_path

EXAMPLE = "Example: ovmr-index --root demo --db copy.db ingest parquet demo/exports/parquet"


def parquet(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            parser=to_path, metavar="DIR", help="The folder that `export parquet` wrote."
        ),
    ],
    *,
    _: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an index again from Parquet.

    It has the same sources, pools, partitions, samples and marks, and gives the same files. The
    index is new or holds nothing. All files are compared with manifest.json first. Needs `pip
    install 'ovmr-index[parquet]'`.
    """
    chosen = settings(context, as_json)
    index = chosen.open(create=True)
    print_report(chosen, index.sources.ingest_parquet(folder, dry_run=chosen.dry_run), ())
