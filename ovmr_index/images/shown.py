"""The image of a source, or the crop of a box on it, as something to look at."""

from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.formats.table import format_of
from ovmr_index.images.crop import CropTask
from ovmr_index.images.locations import locate
from ovmr_index.images.shown_queries import ShownRow, box_shown, image_shown


def find_crop(
    connection: Connection, root: Path, source: str, *, file_name: str, region_id: int | None = None
) -> CropTask | None:
    """Return what cuts out a box, or shows a whole image; None where the index has no such one.

    Args:
        connection: A connection to the index.
        root: The folder of all datasets.
        source: The name of the source.
        file_name: The image's path below the root of its dataset.
        region_id: The source's id of a box on it; None for the whole image.
    """
    if "\0" in source + file_name:  # no name has it, and PostgreSQL is not asked for it
        return None
    query = image_shown(source, file_name) if region_id is None else box_shown(source, region_id)
    found = connection.execute(query).first()
    if found is None or found.file_name != file_name:
        return None
    row = ShownRow._make(found)
    return CropTask(
        locate(str(root / row.root), row.file_name, row.location),
        format_of(row.format).floors_boxes,
        row.box,
        (),
        (row.image_width, row.image_height) if row.image_width and row.image_height else None,
    )
