"""Writes an index as Parquet: a folder for each public view, and the tables below `index`."""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, Table, inspect

import ovmr_index
from ovmr_index.db import schema
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.computed import stale_vocabularies
from ovmr_index.db.portable import portable_tables
from ovmr_index.db.session import Session
from ovmr_index.errors import counted
from ovmr_index.export.parquet.contents import described_sources, described_vocabularies
from ovmr_index.export.parquet.place import parquet_folder, replacing_folder
from ovmr_index.export.parquet.row_files import RowFiles
from ovmr_index.export.parquet.schema_page import schema_page
from ovmr_index.export.parquet.table_queries import RankedTables
from ovmr_index.export.parquet.table_rows import table_arrays, table_schema
from ovmr_index.export.parquet.view_queries import ORDERS, part_names, view_rows
from ovmr_index.export.parquet.view_rows import view_arrays, view_schema
from ovmr_index.formats.parquet.manifest import (
    KIND,
    MANIFEST,
    README,
    TABLES,
    VERSION,
    ParquetFolder,
    ParquetManifest,
)
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.storage.parquet_files import require_pyarrow
from ovmr_index.storage.paths import short_name
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.vocabulary_queries import vocabulary_named


class WrittenParquet(NamedTuple):
    """A folder that was written, and what its manifest says."""

    folder: Path
    manifest: ParquetManifest

    def __repr__(self) -> str:
        """Name the folder, and count what is in it."""
        views, files = counted(len(self.manifest.views), "view"), self.manifest.files
        return f"<WrittenParquet {self.folder}: {views}, {counted(len(files), 'file')}>"


def write_parquet(session: Session, given: Path | None) -> WrittenParquet:
    """Write the index as Parquet to `<root>/exports/parquet`, or to the folder given.

    Pools that are stale are made again before. Raises as `parquet_folder` and `replacing_folder`.
    """
    require_pyarrow()
    folder = parquet_folder(session, given)
    _collate(session)
    with replacing_folder(folder) as made, session.read() as connection:
        manifest = _write(session, connection, made)
        (made / MANIFEST).write_bytes(manifest.as_json())
        (made / README).write_text(schema_page(manifest), encoding="utf-8", newline="\n")
    return WrittenParquet(folder, manifest)


def _collate(session: Session) -> None:
    """Make pools again that are stale, and those of LVIS train where there are none."""
    with session.read() as connection:
        stale = stale_vocabularies(connection)
        if connection.execute(vocabulary_named(LVIS_TRAIN)).first() is not None:
            stale.append(LVIS_TRAIN)
    for vocabulary in stale:
        ensure_collated(session, vocabulary)


def _write(session: Session, connection: Connection, top: Path) -> ParquetManifest:
    import pyarrow as pa

    names = [*ORDERS]
    tables = portable_tables()
    ranked = RankedTables(connection)
    with session.progress("export parquet", len(names) + len(tables), "folders") as advance:
        views = {}
        for name in names:
            views[name] = _write_view(connection, top, name)
            advance(1)
        stored = {}
        for table in tables:
            files = table_files(top, table)
            files.write(stream_rows(connection, ranked.rows(table)))
            stored[table.name] = files.finish()
            advance(1)
    return ParquetManifest(
        kind=KIND,
        format_version=VERSION,
        program=ovmr_index.__version__,
        written_by=f"pyarrow {pa.__version__}",
        schema_revision=schema.current(connection) or "",
        views=views,
        tables=stored,
        sources=described_sources(connection),
        vocabularies=described_vocabularies(connection),
    )


def _write_view(connection: Connection, top: Path, name: str) -> ParquetFolder:
    columns = [one["name"] for one in inspect(connection).get_columns(name)]
    files = RowFiles(top, name, view_schema(name, columns), view_arrays(name, columns))
    if not ORDERS[name].split:
        files.write(stream_rows(connection, view_rows(name, columns)))
        return files.finish()
    for part in connection.execute(part_names(name)).scalars().all():
        label = short_name(quote(part, safe=" "))
        files.write(stream_rows(connection, view_rows(name, columns, part)), label)
    return files.finish()


def table_files(top: Path, table: Table[Any]) -> RowFiles:
    """Return what writes the files of a table, in a folder below `top`."""
    return RowFiles(top, f"{TABLES}/{table.name}", table_schema(table), table_arrays(table))
