"""The part of `index.exports` that other engines read."""

from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session

if TYPE_CHECKING:
    from ovmr_index.export.parquet.write import WrittenParquet


@naming_arguments
class ParquetExports:
    """The index as Parquet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def parquet(self, folder: str | Path | None = None) -> "WrittenParquet":
        """Write the whole index as Parquet, for DuckDB, Polars, Spark or another machine.

        Each public view is a folder; below `index` is what `index.sources.ingest_parquet` needs
        beside them. `manifest.json` lists all files, and `README.md` says what the columns hold.
        Pools that are stale are made again before. An earlier export there is replaced when the new
        one is whole. The same index gives the same bytes with the same version of pyarrow, which is
        in the extra `parquet`.

        Args:
            folder: Where it goes; by default `<root>/exports/parquet`.

        Returns:
            The folder and its manifest.

        Raises:
            UsageError: The folder is among the images of a dataset, or holds something else.
            OvmrIndexError: pyarrow cannot be imported, or the folder cannot be written.
        """
        from ovmr_index.export.parquet.write import write_parquet

        return write_parquet(self._session, None if folder is None else Path(folder))
