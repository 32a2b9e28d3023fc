"""Where pictures lie: in a file of their own, or in a tar."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Archive,
    FolderArchive,
    Image,
    TarEntry,
)


def with_location(pictures: Query) -> Query:
    """Add to a query of images with their folders where they lie in a tar, null where they do not.

    Columns, as `slices.locate` takes them: the tar's path below its dataset's root, offset,
    size and compression of the tar within it, offset and size of the picture in that.
    """
    return (
        pictures.outerjoin(FolderArchive, FolderArchive.folder_pk == Image.folder_pk)
        .outerjoin(Archive, Archive.pk == FolderArchive.archive_pk)
        .outerjoin(TarEntry, TarEntry.image_pk == Image.pk)
        .add_columns(*_place())
    )


def has_archives() -> Select[int]:
    """Return the row of a tar, none where there is none at all."""
    return select(Archive.pk).order_by(Archive.pk).limit(1)


def _place() -> tuple[ColumnElement[Any] | Any, ...]:
    return (
        Archive.path,
        FolderArchive.offset,
        FolderArchive.size,
        FolderArchive.compression,
        TarEntry.offset,
        TarEntry.size,
    )


def join_path(
    folder: SQLColumnExpression[str], name: SQLColumnExpression[str]
) -> ColumnElement[str]:
    """Return the path of `name` in `folder`, which is empty for the root itself."""
    return case((folder == "", ""), else_=folder + "/") + name


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
        (Image.source_pk == source_pk)
        & (Image.file_name > first)
        & (Image.file_name < after)
        & (Image.folder_pk == folder_pk)
    )


def file_name() -> SQLColumnExpression[str]:
    """Return the path of an image below its dataset's root."""
    return Image.file_name
