"""Where the bytes of an image are: in a file, or in a tar, a zip or a Parquet file."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, literal, or_

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Archive, FolderArchive, Image, Source, TarEntry
from ovmr_index.storage.links import image_path
from ovmr_index.storage.members import ImageSource
from ovmr_index.storage.parquet_files import is_parquet_name
from ovmr_index.storage.parquet_rows import ParquetRow
from ovmr_index.storage.tar_members import TarMember


class Location(NamedTuple):
    """Where an image is in a tar; the first six are None for an image that is not in one.

    `archive` is the path of the tar below its dataset's root. The tar of the image's folder may be
    a part of it: `archive_size` bytes from `archive_offset` on, of a `compression`. The image is
    `member_size` bytes from `member_offset` on of what that unpacks to. In a Parquet file, known
    by its suffix, `member_offset` is the number of its row. `follow_links` is whether a link may
    lead out of the dataset.
    """

    archive: str | None = None
    archive_offset: int | None = None
    archive_size: int | None = None
    compression: str | None = None
    member_offset: int | None = None
    member_size: int | None = None
    follow_links: int | None = None


def location_columns() -> dict[str, SQLColumnExpression[Any]]:
    """Return the columns of a `Location` by the names of its fields, in their order."""
    columns: dict[str, SQLColumnExpression[Any]] = {
        "archive": Archive.c.path,
        "archive_offset": FolderArchive.c.offset,
        "archive_size": FolderArchive.c.size,
        "compression": FolderArchive.c.compression,
        "member_offset": TarEntry.c.offset,
        "member_size": TarEntry.c.size,
        "follow_links": follows_links(),
    }
    return {name: columns[name] for name in Location._fields}


def follows_links() -> SQLColumnExpression[Any]:
    """Return whether a source was read with `--follow-links`, by the JSON of its options."""
    return case((Source.c.options.contains('"follow_links": true'), 1), else_=0)


def with_location(images: Query) -> Query:
    """Add the columns of a `Location` to a query that joins images and their sources."""
    return join_location(images).add_columns(*location_columns().values())


def join_location(images: Query) -> Query:
    """Join to a query of images and sources what else the columns of a `Location` come from."""
    return (
        images.outerjoin(FolderArchive, FolderArchive.c.folder_pk == Image.c.folder_pk)
        .outerjoin(Archive, Archive.c.pk == FolderArchive.c.archive_pk)
        .outerjoin(TarEntry, TarEntry.c.image_pk == Image.c.pk)
    )


def locate(root: str, file_name: str, location: Location) -> ImageSource:
    """Return where to read an image: the path of its file (`links.image_path`), or a member.

    Args:
        root: The folder of the images of its dataset.
        file_name: The image's path below that.
        location: Where it is, as its query found it.
    """
    archive, start, length, compression, offset, size, follow_links = location
    if archive is None or offset is None or size is None:
        return image_path(root, file_name, follow_links=bool(follow_links))
    if is_parquet_name(archive):
        return ParquetRow(f"{root}/{archive}", file_name, offset, size)
    if compression is None:
        return TarMember(f"{root}/{archive}", file_name, (start or 0) + offset, size)
    return TarMember(f"{root}/{archive}", file_name, offset, size, start or 0, length, compression)


def join_path(
    folder: SQLColumnExpression[str], name: SQLColumnExpression[str]
) -> ColumnElement[str]:
    """Return the path of `name` in `folder`, which is empty for the root itself."""
    return case((folder == "", ""), else_=folder + "/") + name


def name_below(folder: SQLColumnExpression[str] | str) -> ColumnElement[str]:
    """Return the name of an image in its folder, whose path is `folder`."""
    path = literal(folder) if isinstance(folder, str) else folder
    return func.substr(Image.c.file_name, func.length(path) + case((path == "", 1), else_=2))


def last_part(path: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Return what comes after the last slash of a path, all of it where it has none."""
    return func.replace(path, func.rtrim(path, func.replace(path, "/", "")), "")


def in_folder(
    source_pk: SQLColumnExpression[int] | int,
    folder_pk: SQLColumnExpression[int] | int,
    path: SQLColumnExpression[str] | str,
) -> ColumnElement[bool]:
    """Return the condition that an image is in a folder of a source, whose path is `path`.

    Images are found by their paths, which have an index: what is below a folder comes between
    `folder/` and `folder0`, since `0` is the character after `/`.
    """
    folder = literal(path) if isinstance(path, str) else path
    first = case((folder == "", ""), else_=folder + "/")
    after = case((folder == "", "\U0010ffff"), else_=folder + "0")
    return (
        (Image.c.source_pk == source_pk)
        & (Image.c.file_name > first)
        & (Image.c.file_name < after)
        & (Image.c.folder_pk == folder_pk)
    )


def ends_with(name: SQLColumnExpression[str], suffixes: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a name ends in one of the suffixes.

    Upper and lower case differ, as they do not for LIKE.
    """
    by_length: dict[int, list[str]] = {}
    for suffix in suffixes:
        by_length.setdefault(len(suffix), []).append(suffix)
    ends = (
        (func.substr(name, func.length(name) - size + 1), by_length[size]) for size in by_length
    )
    return or_(*(end.in_(found) for end, found in ends))


def file_name() -> SQLColumnExpression[str]:
    """Return the path of an image below its dataset's root."""
    return Image.c.file_name
