"""The part of `index.sources` that reads no source, but an index from elsewhere."""

from pathlib import Path

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.ingest.report import IngestReport


@naming_arguments
class ParquetSources:
    """An index from Parquet."""

    _session: Session

    def ingest_parquet(self, folder: str | Path, *, dry_run: bool = False) -> IngestReport:
        """Make the index again that `index.exports.parquet` wrote to a folder.

        It is the same index: sources, vocabularies, partitions, pools, saved samples, marks, and
        what was measured of images. The files are compared with their manifest before. The index is
        new or holds nothing; it is made or filled in one transaction.

        Args:
            folder: The folder with `manifest.json`.
            dry_run: Do all the work and roll it back.

        Raises:
            RecordError: A file is missing, damaged, or another than the manifest says, or the
                folder is of a newer version.
            OvmrIndexError: The index holds something already, or pyarrow, which is in the extra
                `parquet`, cannot be imported.
        """
        from ovmr_index.ingest.parquet import ingest_parquet

        return ingest_parquet(self._session, Path(folder), dry_run=dry_run)
