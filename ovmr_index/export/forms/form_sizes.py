"""The sizes of images that no annotation file says, by the headers of the images."""

from collections.abc import Generator

from sqlalchemy import Connection, or_

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Image
from ovmr_index.export.forms.annotated_image_queries import ImageRow, images
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.images.locations import Location, locate

Size = tuple[int, int]  # width and height in pixels, as shown

_IMAGE = len(ImageRow._fields)


def sizes_of_headers(
    connection: Connection, selection: BoxSelection
) -> Generator[Size | str, None, None]:
    """Yield the size of each image of a selection that has none in the index, in its order.

    Or why it cannot be read.
    """
    from ovmr_index.images.sizes import ImageSize, sizes  # which imports Pillow

    without = or_(Image.c.width.is_(None), Image.c.height.is_(None))
    rows = stream_rows(connection, images(selection, records=False).where(without))
    found = (
        (row[0], locate(str(selection.root), row[3], Location._make(row[_IMAGE:]))) for row in rows
    )
    for one in sizes(found):
        yield (one.width, one.height) if isinstance(one, ImageSize) else one.reason
