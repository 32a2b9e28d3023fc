"""Where pictures lie: in a file of their own, or in a tar."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Archive,
    Folder,
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


def file_name() -> ColumnElement[str]:
    """Return the path of a picture below its dataset's root."""
    return join_path(Folder.path, Image.name)
