"""An index from a folder of Parquet: all of it in one transaction, into one that holds nothing."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, delete

from ovmr_index.db import schema
from ovmr_index.db.models import Hypernym, IngestError, IngestRun, Synset
from ovmr_index.db.portable import (
    any_numbers,
    portable_columns,
    portable_kind,
    portable_tables,
)
from ovmr_index.db.revision import HEAD, known_revisions
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, RecordError, counted, option
from ovmr_index.formats.parquet.check import check_folders
from ovmr_index.formats.parquet.manifest import (
    MANIFEST,
    NUMBER_TYPES,
    REMEDY,
    ParquetManifest,
    read_manifest,
)
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.parquet_load import load_tables
from ovmr_index.ingest.parquet_queries import row_count
from ovmr_index.ingest.report import Counts, IngestReport, SourceReport
from ovmr_index.storage.parquet_files import require_pyarrow

# What an index may hold that nothing was read into: WordNet, and the history of what has gone.
_OF_AN_EMPTY_INDEX = (Synset, Hypernym, IngestRun, IngestError)


def ingest_parquet(session: Session, folder: Path, *, dry_run: bool = False) -> IngestReport:
    """Make the index again that a folder of Parquet holds.

    Raises:
        RecordError: The folder is not what its manifest says, or of a newer version.
        OvmrIndexError: The index holds something already, or pyarrow cannot be imported.
    """
    require_pyarrow()
    started = time.perf_counter()
    manifest = read_manifest(folder)
    _check_tables(folder, manifest)
    if session.exists:
        with session.read() as connection:
            _require_empty(connection, folder)
    check_folders(folder, manifest, session.progress)
    _write(session, partial(load_tables, session, folder, manifest), folder, dry_run=dry_run)
    seconds = round(time.perf_counter() - started, 3)
    return IngestReport([_report(one, seconds) for one in manifest.sources])


def _check_tables(folder: Path, manifest: ParquetManifest) -> None:
    """Raise RecordError where the tables are those of another schema."""
    path, found = folder / MANIFEST, manifest.schema_revision
    if found not in known_revisions():
        problem = f"is of schema {found}, which is newer than this program's {HEAD}"
        raise RecordError(path, "", problem, "install a newer ovmr-index")
    if found != HEAD:
        remedy = "read it with that version, upgrade that index, and write it again"
        problem = f"is of schema {found} (ovmr-index {manifest.program}), this program reads {HEAD}"
        raise RecordError(path, "", problem, remedy)
    for table in portable_tables():
        if table.name not in manifest.tables:
            raise RecordError(path, f"table {table.name}", "is missing", REMEDY)
        columns = {one.name: one.type for one in manifest.tables[table.name].columns}
        wanted = {one.name: portable_kind(one) for one in portable_columns(table)}
        if any_numbers(table):
            wanted[NUMBER_TYPES] = "string"
        for name, kind in wanted.items():
            if columns.get(name) != kind:
                record = f"table {table.name}, column {name}"
                raise RecordError(path, record, f"is missing, or is no {kind}", REMEDY)


def _require_empty(connection: Connection, folder: Path) -> None:
    """Raise OvmrIndexError where the index holds what would be mixed with what comes, or lost."""
    for table in portable_tables():
        if table in _OF_AN_EMPTY_INDEX:
            continue
        if count := connection.execute(row_count(table)).scalar_one():
            raise OvmrIndexError(
                f"the index holds {counted(count, 'row')} of {table.name}, and {folder} is a whole"
                f" index; give another {option('db')}, where there is no index yet"
            )


def _write(
    session: Session, load: Callable[[Connection], None], folder: Path, *, dry_run: bool
) -> None:
    """Load into a new index, or into one that is there and empty; after a `dry_run` nothing is."""
    if session.exists:
        writing = session.rolling_back() if dry_run else session
        with writing.write(bulk=True) as connection:
            _require_empty(connection, folder)
            for table in reversed(portable_tables()):
                connection.execute(delete(table))
            load(connection)
    elif dry_run:
        with TemporaryDirectory(prefix="ovmr-index-") as place:
            schema.create(Path(place) / "ovmr.db", load)
    else:
        schema.create(session.location, load)


def _report(source: dict[str, object], seconds: float) -> SourceReport:
    """Return what was read of a source, counted as its own ingest counts."""
    name, kind = str(source["name"]), str(source["format"])
    count = source["images" if format_of(kind).is_tree else "boxes"]
    assert isinstance(count, int)
    return SourceReport(name, kind, Counts(added=count), [], seconds)
