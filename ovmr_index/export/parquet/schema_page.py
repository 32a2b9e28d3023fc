"""README.md of an index as Parquet: what each folder and column holds."""

from collections.abc import Iterator

from ovmr_index.db.view_descriptions import VIEWS, meaning
from ovmr_index.formats.parquet.manifest import MANIFEST, TABLES, ParquetFolder, ParquetManifest

_MEANINGS = {
    "polygons": "The outline: lists of x and y by turns, in pixels",
    "rle": "The mask as COCO has it: size (height, width), and counts (text) or run_lengths",
    "segmentation": "An outline that is neither, as JSON",
}


def schema_page(manifest: ParquetManifest) -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: ParquetManifest) -> Iterator[str]:
    yield "# An index of image exemplars as Parquet"
    yield ""
    yield from _introduction(manifest)
    for name, folder in manifest.views.items():
        yield from _section(name, folder)
    yield ""
    yield f"## `{TABLES}/`"
    yield ""
    yield (
        "What the views do not have, and `ingest parquet` needs to make the index again:"
        " the tables of the index. A row number (`pk`, `…_pk`) is the rank of a row in its table,"
        " from 1. `number_types` says which numbers of a row are whole (`i`) in their source."
        " Ask the views: the tables change with the schema of the index."
    )
    yield ""
    yield "| Folder | Rows |"
    yield "|---|---:|"
    for name, folder in manifest.tables.items():
        yield f"| `{TABLES}/{name}/` | {folder.rows:,} |"


def _introduction(manifest: ParquetManifest) -> Iterator[str]:
    yield (
        "Each folder is a public view of the index, one table in one or more files of Parquet"
        " (zstd). Every id is the source's own; views join on (source, file_name) for images,"
        " (source, region_id) for boxes and (vocabulary, category_id) for categories. Boxes are x,"
        " y, width and height in pixels. A file with a name at its end holds the rows of one source"
        " or vocabulary."
    )
    yield ""
    yield "```python"
    yield "duckdb.sql(\"SELECT count(*) FROM read_parquet('DIR/boxes/*.parquet')\")"
    yield 'polars.scan_parquet("DIR/boxes/")'
    yield 'spark.read.parquet("DIR/boxes")'
    yield 'datasets.load_dataset("parquet", data_files="DIR/boxes/*.parquet")'
    yield "```"
    yield ""
    yield (
        f"`{MANIFEST}` has the rows, files and SHA-256 of each folder, the sources and the recipes."
        f" Format {manifest.format_version}, written by ovmr-index {manifest.program} with"
        f" {manifest.written_by}, schema revision {manifest.schema_revision}."
    )


def _section(name: str, folder: ParquetFolder) -> Iterator[str]:
    yield ""
    yield f"## `{name}/`"
    yield ""
    yield f"{VIEWS[name].rows}: {folder.rows:,} rows."
    yield ""
    yield "| Column | Type | Meaning |"
    yield "|---|---|---|"
    for column in folder.columns:
        said = _MEANINGS.get(column.name) or meaning(name, column.name) or ""
        yield f"| `{column.name}` | {column.type.replace('|', '/')} | {said} |"
