"""How many images a form has, for its progress."""

from sqlalchemy import Connection, Select, func, select

from ovmr_index.db.models import Image
from ovmr_index.export.forms.box_selection import BoxSelection


def image_count(connection: Connection, selection: BoxSelection) -> int:
    """Return the number of images of a selection."""
    if selection.images is not None:
        return len(selection.images)
    return connection.execute(_images_of(selection.source_pk)).scalar_one()


def _images_of(source_pk: int) -> Select[int]:
    return select(func.count()).select_from(Image).where(Image.c.source_pk == source_pk)
