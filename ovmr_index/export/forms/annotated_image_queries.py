"""The images of a selection and their boxes, in the order of their source."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Label, Select, case, func, null, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import Image, ImageRecord, Region, RegionSynset, Source
from ovmr_index.export.annotation_queries import is_of_source
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.images.locations import join_location, location_columns


class ImageRow(NamedTuple):
    """The first columns of `images`: width and height in pixels, `record` a JSON object."""

    pk: int
    position: int
    key: int | None
    file_name: str
    width: int | None
    height: int | None
    record: str | None


def images(selection: BoxSelection, *, records: bool) -> Query:
    """Select the columns of an `ImageRow` and of a `Location` for each image, in order."""
    query = (
        select(
            Image.c.pk,
            Image.c.position,
            Image.c.key,
            Image.c.file_name,
            Image.c.width,
            Image.c.height,
            (ImageRecord.c.record if records else null()).label("record"),
        )
        .select_from(Image)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(*_is_selected(selection))
        .order_by(Image.c.position, Image.c.pk)
    )
    if records:
        query = query.outerjoin(ImageRecord, ImageRecord.c.image_pk == Image.c.pk)
    return join_location(query).add_columns(*location_columns().values())


def number_of_images(source_pk: int) -> Select[int]:
    """Count the images of a source."""
    return select(func.count()).select_from(Image).where(Image.c.source_pk == source_pk)


def boxes(selection: BoxSelection) -> Query:
    """Select the boxes of a selection by image, each in the order of its source.

    (pk, image's pk, id, what the place of its category is kept by, x, y, w, h, area, whether it is
    a crowd). Records are read afterwards: SQLite would carry them all through the sort.
    """
    meant = category_of(selection)
    return (
        select(
            Region.c.pk,
            Region.c.image_pk,
            Region.c.key,
            meant,
            Region.c.x,
            Region.c.y,
            Region.c.w,
            Region.c.h,
            Region.c.area,
            Region.c.is_crowd,
        )
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(is_of_source(selection.source_pk), *_is_selected(selection))
        .where(has_category(selection))
        .order_by(Image.c.position, Image.c.pk, Region.c.position)
    )


def category_of(selection: BoxSelection) -> Label[int | None]:
    """Return what the place of a region's category is kept by in `selection.places`."""
    if selection.by_synset:
        return _synset(numbers(selection.places))
    return Region.c.category_pk.label("meant")


def has_category(selection: BoxSelection) -> ColumnElement[bool]:
    """Return the condition that a region has a category of the selection.

    It compares not the bare column, whose index SQLite would use to read most of the table.
    """
    if selection.by_synset:
        return category_of(selection).is_not(None)
    return func.coalesce(Region.c.category_pk, 0).in_(numbers(selection.places))


def _is_selected(selection: BoxSelection) -> Iterator[ColumnElement[bool]]:
    yield Image.c.source_pk == selection.source_pk
    if selection.images is not None:
        yield Image.c.pk.in_(numbers(selection.images))


def _synset(given: Select[int]) -> Label[int | None]:
    """Return the synset (pk) of a region that is one of those given: the first of several."""
    several = (
        select(RegionSynset.c.synset_pk)
        .where(RegionSynset.c.region_pk == Region.c.pk, RegionSynset.c.synset_pk.in_(given))
        .order_by(RegionSynset.c.position)
        .limit(1)
        .scalar_subquery()
    )
    one = Region.c.synset_pk  # null for a region that has several
    return case((one.is_(None), several), (one.in_(given), one)).label("meant")
