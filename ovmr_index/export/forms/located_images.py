"""The images of a selection in the order of their source: where to read each, and how many."""

from collections.abc import Iterator

from sqlalchemy import Connection, or_

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Image
from ovmr_index.export.forms.annotated_image_queries import ImageRow, images, number_of_images
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.images.locations import Location, locate
from ovmr_index.storage.members import ImageSource

_IMAGE = len(ImageRow._fields)


def located_images(
    connection: Connection,
    selection: BoxSelection,
    *,
    records: bool = False,
    only_unsized: bool = False,
) -> Iterator[tuple[ImageRow, ImageSource]]:
    """Yield each image of a selection with the path of its file, or a member of a tar.

    Args:
        connection: The index.
        selection: The selection.
        records: Whether to read the JSON objects of images; they are None without it.
        only_unsized: Whether only the images come whose size the index does not know.
    """
    query = images(selection, records=records)
    if only_unsized:
        query = query.where(or_(Image.c.width.is_(None), Image.c.height.is_(None)))
    root = str(selection.root)
    for row in stream_rows(connection, query):
        image = ImageRow._make(row[:_IMAGE])
        yield image, locate(root, image.file_name, Location._make(row[_IMAGE:]))


def image_count(connection: Connection, selection: BoxSelection) -> int:
    """Return the number of images of a selection."""
    if selection.images is not None:
        return len(selection.images)
    return connection.execute(number_of_images(selection.source_pk)).scalar_one()
