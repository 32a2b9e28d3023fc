"""Whether a folder holds what its manifest says: each file, whole, with its rows and columns."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.errors import RecordError, counted, os_reason
from ovmr_index.formats.parquet.manifest import (
    MANIFEST,
    REMEDY,
    TABLES,
    ParquetColumn,
    ParquetFile,
    ParquetFolder,
    ParquetManifest,
)
from ovmr_index.progress import Progress
from ovmr_index.storage.parquet_files import UnsoundParquetError, open_parquet

_CHUNK = 1 << 20


def check_folders(top: Path, manifest: ParquetManifest, progress: Progress) -> None:
    """Compare all files with the manifest.

    Raises:
        RecordError: A folder or a file is missing, too many, cut short, changed or of other
            columns; it names the first.
        OvmrIndexError: pyarrow cannot be imported.
    """
    folders = manifest.views | {f"{TABLES}/{name}": one for name, one in manifest.tables.items()}
    with progress("check parquet", sum(one.bytes for one in manifest.files), "B") as advance:
        for name, folder in folders.items():
            _check_names(top, name, folder)
            for file in folder.files:
                _check_file(top / file.path, file, folder.columns)
                advance(file.bytes)


def _check_names(top: Path, name: str, folder: ParquetFolder) -> None:
    path = top / name
    if not path.is_dir():
        problem = "is no folder" if path.exists() else "there is no such folder"
        raise RecordError(path, "", f"{problem}, and {MANIFEST} lists {name}", REMEDY)
    try:
        found = {f"{name}/{one.name}" for one in path.iterdir() if one.suffix == ".parquet"}
    except OSError as error:
        raise RecordError(path, "", os_reason(error), REMEDY) from None
    wanted = {file.path for file in folder.files}
    if not found and wanted:
        raise RecordError(path, "", f"is empty, and {MANIFEST} lists files in it", REMEDY)
    if missing := min(wanted - found, default=None):
        raise RecordError(top / missing, "", f"there is no such file; {MANIFEST} lists it", REMEDY)
    if foreign := min(found - wanted, default=None):
        raise RecordError(top / foreign, "", f"is not listed in {MANIFEST}", "move it away")


def _check_file(path: Path, file: ParquetFile, columns: Sequence[ParquetColumn]) -> None:
    try:
        size = path.stat().st_size
        digest = hashlib.sha256()
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise RecordError(path, "", os_reason(error), REMEDY) from None
    if size < file.bytes:
        problem = f"is cut short: it has {size:,} bytes of {file.bytes:,}"
        raise RecordError(path, "", problem, "copy it again, or write all again")
    _check_content(path, file, columns)
    if digest.hexdigest() != file.sha256:
        problem = f"is another file than the one that {MANIFEST} lists (SHA-256)"
        raise RecordError(path, "", problem, REMEDY)


def _check_content(path: Path, file: ParquetFile, columns: Sequence[ParquetColumn]) -> None:
    try:
        opened = open_parquet(path)
    except UnsoundParquetError as error:
        raise RecordError(path, "", f"cannot be read as Parquet ({error})", REMEDY) from None
    with opened:
        rows = opened.metadata.num_rows
        found = {one.name: str(one.type) for one in opened.schema_arrow}
    for column in columns:
        if column.name not in found:
            raise RecordError(path, f"column {column.name}", "is missing", REMEDY)
        if found[column.name] != column.type:
            problem = f"is {found[column.name]}, not {column.type}"
            raise RecordError(path, f"column {column.name}", problem, REMEDY)
    if rows != file.rows:
        problem = f"holds {counted(rows, 'row')}, and {MANIFEST} says {file.rows:,}"
        raise RecordError(path, "", problem, REMEDY)
