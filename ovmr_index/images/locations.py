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
    """Add to a query of images with their folders where they are in a tar: `location_columns`."""
    return join_location(pictures).add_columns(*location_columns().values())


def join_location(pictures: Query) -> Query:
    """Join to a query of images with their folders the tars that images are in, if any."""
    return (
        pictures.outerjoin(FolderArchive, FolderArchive.folder_pk == Image.folder_pk)
        .outerjoin(Archive, Archive.pk == FolderArchive.archive_pk)
        .outerjoin(TarEntry, TarEntry.image_pk == Image.pk)
    )


def location_columns() -> dict[str, SQLColumnExpression[Any]]:
    """Return the columns of an image's place in a tar, null where it is a file.

    In the order in which `tar_members.locate` takes them: the tar's path below its dataset's root;
    offset, size and compression of the tar within that file; offset and size of the image in the
    tar. Offsets and sizes are in bytes.
    """
    return {
        "archive": Archive.path,
        "archive_offset": FolderArchive.offset,
        "archive_size": FolderArchive.size,
        "compression": FolderArchive.compression,
        "member_offset": TarEntry.offset,
        "member_size": TarEntry.size,
    }


def has_archives() -> Select[int]:
    """Return the row of a tar, none where there is none at all."""
    return select(Archive.pk).order_by(Archive.pk).limit(1)


def join_path(
    folder: SQLColumnExpression[str], name: SQLColumnExpression[str]
) -> ColumnElement[str]:
    """Return the path of `name` in `folder`, which is empty for the root itself."""
    return case((folder == "", ""), else_=folder + "/") + name


def file_name() -> ColumnElement[str]:
    """Return the path of a picture below its dataset's root."""
    return join_path(Folder.path, Image.name)
