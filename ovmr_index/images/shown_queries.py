"""Where an image is, and the box on it, by what names them in any index."""

from typing import Any, NamedTuple

from sqlalchemy import SQLColumnExpression, null, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Dataset, Image, Region, Source
from ovmr_index.formats.records import Box, Number
from ovmr_index.images.locations import Location, join_location, location_columns

_Columns = dict[str, SQLColumnExpression[Any]]


class ShownRow(NamedTuple):
    """An image or a box on it; the last seven are those of `Location`.

    `root` is as the index keeps it. The box is xywh in pixels, null for the whole image.
    """

    format: str
    root: str
    file_name: str
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    image_width: int | None
    image_height: int | None
    archive: str | None = None
    archive_offset: int | None = None
    archive_size: int | None = None
    compression: str | None = None
    member_offset: int | None = None
    member_size: int | None = None
    follow_links: int | None = None

    @property
    def box(self) -> Box | None:
        """The box, None for the whole image."""
        if self.x is None or self.y is None or self.w is None or self.h is None:
            return None
        return self.x, self.y, self.w, self.h

    @property
    def location(self) -> Location:
        """Where the image is."""
        return Location(
            self.archive,
            self.archive_offset,
            self.archive_size,
            self.compression,
            self.member_offset,
            self.member_size,
            self.follow_links,
        )


def image_shown(source: str, file_name: str) -> Query:
    """Return the `ShownRow` of an image of a source, by its path below the dataset's root."""
    is_meant = (Source.c.name == source) & (Image.c.file_name == file_name)
    return _shown({}).where(is_meant).order_by(Image.c.pk).limit(1)


def box_shown(source: str, region_id: int) -> Query:
    """Return the `ShownRow` of a box of a source, by its id."""
    of_source = select(Source.c.pk).where(Source.c.name == source).scalar_subquery()
    is_meant = (Region.c.source_pk == of_source) & (Region.c.key == region_id)
    box: _Columns = {name: Region.c[name] for name in ("x", "y", "w", "h")}
    boxes = _shown(box).join(Region, Region.c.image_pk == Image.c.pk)
    return boxes.where(is_meant).order_by(Region.c.pk)


def _shown(box: _Columns) -> Query:
    """Select images of sources as `ShownRow`s; what is not given of the box is null."""
    columns: _Columns = {
        "format": Source.c.format,
        "root": Dataset.c.root,
        "file_name": Image.c.file_name,
        "image_width": Image.c.width,
        "image_height": Image.c.height,
        **location_columns(),
        **box,
    }
    names = ShownRow._fields
    images: Query = select(*(columns.get(name, null()).label(name) for name in names))
    images = images.select_from(Image).join(Source, Source.c.pk == Image.c.source_pk)
    return join_location(images.join(Dataset, Dataset.c.pk == Source.c.dataset_pk))
