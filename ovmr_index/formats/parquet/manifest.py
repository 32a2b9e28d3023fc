"""`manifest.json` of an index as Parquet: its folders, their files, and where all comes from."""

from pathlib import Path
from typing import Any

import msgspec

from ovmr_index.errors import RecordError, os_reason, shortened

MANIFEST = "manifest.json"
README = "README.md"
TABLES = "index"  # the folder of what no view has
POOLS = "pools"  # the folder of pools that an engine made of the others
NUMBER_TYPES = "number_types"  # the column that says which numbers of a row are whole
KIND = "ovmr-index parquet"
VERSION = 1  # of the folders and files; a reader refuses a newer one
REMEDY = "write it again with `export parquet`, or give another folder"


class ParquetColumn(msgspec.Struct, frozen=True):
    """A column of a folder's files, with its type as Arrow names it."""

    name: str
    type: str


class ParquetFile(msgspec.Struct, frozen=True):
    """A file: its path below the folder of the manifest, its rows, its size, its content's hash."""

    path: str
    rows: int
    bytes: int
    sha256: str


class ParquetFolder(msgspec.Struct, frozen=True):
    """The files of a view or a table, in the order of their rows."""

    rows: int
    columns: list[ParquetColumn]
    files: list[ParquetFile]


class ParquetManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an index is as Parquet.

    Attributes:
        kind: What the folder is: always the same text.
        format_version: Of the folders and files.
        program: The version of ovmr-index that wrote it.
        written_by: The version of the writer of Parquet, which is in each file too.
        schema_revision: Of the index.
        views: The public views by name.
        tables: By name what is needed to make the index again: folders below `index`.
        sources: What was read: name, dataset, format, split, number of images and boxes.
        vocabularies: Name, source, number of categories, recipe and state of the pools.
    """

    kind: str
    format_version: int
    program: str
    written_by: str
    schema_revision: str
    views: dict[str, ParquetFolder]
    tables: dict[str, ParquetFolder]
    sources: list[dict[str, Any]] = []
    vocabularies: list[dict[str, Any]] = []

    @property
    def files(self) -> list[ParquetFile]:
        """All files, in the order of the folders."""
        return [file for one in (*self.views.values(), *self.tables.values()) for file in one.files]

    def as_json(self) -> bytes:
        """Return the content of `manifest.json`: the same bytes for the same index."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class _Head(msgspec.Struct):
    """What tells whether the rest can be understood."""

    kind: str = ""
    format_version: int = 0


def is_manifest(path: Path) -> bool:
    """Return whether a file is the manifest of an index as Parquet, of any version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Head).kind == KIND
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def read_manifest(folder: Path) -> ParquetManifest:
    """Return the manifest of a folder.

    Raises:
        RecordError: There is no folder or no manifest, it is of a newer version, or damaged.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        problem = "is no folder" if folder.exists() else "there is no such folder"
        raise RecordError(folder, "", problem, "give the folder that `export parquet` wrote")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise RecordError(folder, "", f"holds no {MANIFEST}", REMEDY) from None
    except OSError as error:
        raise RecordError(path, "", os_reason(error), REMEDY) from None
    try:
        head = msgspec.json.decode(content, type=_Head)
        _check_head(path, head)
        return msgspec.json.decode(content, type=ParquetManifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(path, "", f"is damaged ({shortened(str(error))})", REMEDY) from None


def _check_head(path: Path, head: _Head) -> None:
    if head.kind != KIND:
        raise RecordError(path, "", "is not the manifest of an index", REMEDY)
    if head.format_version > VERSION:
        problem = f"is of format version {head.format_version}, and this program reads {VERSION}"
        raise RecordError(path, "", problem, "install a newer ovmr-index")
    if head.format_version < 1:
        raise RecordError(path, "", f"has no format version from 1 to {VERSION}", REMEDY)
