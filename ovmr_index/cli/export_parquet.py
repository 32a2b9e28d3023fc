"""`export parquet`: the index for other engines, and for another machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ovmr_index.cli.options import AsJson, settings
from ovmr_index.cli.output import print_table, show
from ovmr_index.cli.output_options import folder_option
from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index.export.parquet.write import WrittenParquet
    from ovmr_index.formats.parquet.manifest import ParquetFile

EXAMPLE = "Example: ovmr-index --root demo export parquet -o parquet"
_MB = 1_000_000


def parquet(
    context: typer.Context,
    *,
    output: Annotated[Path | None, folder_option("ROOT/exports/parquet")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the index as Parquet.

    Each public view is a folder that DuckDB, Polars, Spark and datasets read as it is; README.md
    there says what the columns hold. What `ingest parquet` needs to make the index again is below
    index. An earlier export there is replaced. Needs the extra parquet.
    """
    chosen = settings(context, as_json)
    written = chosen.open().exports.parquet(output)
    if chosen.json:
        chosen.report_json(_as_json(written))
        return
    views = written.manifest.views.items()
    print_table(
        ("view", "rows", "files", "MB"),
        ([name, one.rows, len(one.files), _megabytes(one.files)] for name, one in views),
    )
    files = written.manifest.files
    show(f"{written.folder}: {counted(len(files), 'file')}, {_megabytes(files):,.1f} MB")


def _megabytes(files: "Sequence[ParquetFile]") -> float:
    return round(sum(one.bytes for one in files) / _MB, 2)


def _as_json(written: "WrittenParquet") -> dict[str, object]:
    views = {name: one.rows for name, one in written.manifest.views.items()}
    files = written.manifest.files
    return {
        "folder": str(written.folder),
        "views": views,
        "files": len(files),
        "bytes": sum(one.bytes for one in files),
    }
