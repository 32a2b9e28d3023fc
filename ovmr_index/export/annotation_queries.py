"""The rows of an annotation file, in the file's order."""

from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    case,
    func,
    insert,
    not_,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, ImageRecord, Region, RegionDetail
from ovmr_index.formats.records import LARGEST_WEIGHT, Number

ANNOTATION_ORDER = Table(
    "tmp_annotation_order",
    MetaData(),
    Column("rank", Integer, primary_key=True),
    Column("region_pk", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


class AnnotationRow(NamedTuple):
    """An annotation as its file has it.

    The box is in pixels, `area` is the mask's in square pixels. `segmentation` and `fields`, which
    holds what has no column, are JSON text. `has_pixels` is whether the numbers are such as a file
    can have; text and infinity are none.
    """

    region_id: int
    area: Number | None
    segmentation: str | None
    image_id: int
    x: Number
    y: Number
    w: Number
    h: Number
    category_id: int
    fields: str | None
    has_pixels: int


_SIDES = (Region.c.x, Region.c.y, Region.c.w, Region.c.h, Region.c.area)
_MOST = float(LARGEST_WEIGHT)
_COLUMNS: dict[str, Any] = {
    "region_id": Region.c.key,
    "area": Region.c.area,
    "segmentation": RegionDetail.c.segmentation,
    "image_id": Image.c.key,
    "x": Region.c.x,
    "y": Region.c.y,
    "w": Region.c.w,
    "h": Region.c.h,
    "category_id": Category.c.key,
    "fields": RegionDetail.c.fields,
    # In SQLite's order text comes after every number, and of nothing nothing is known. A condition
    # is jumped through, which takes less time than a value that is made of each of its parts.
    "has_pixels": case((or_(*(not_(side.between(-_MOST, _MOST)) for side in _SIDES)), 0), else_=1),
}


def put_annotation_order(source_pk: int, selected: Select[int] | None = None) -> Insert:
    """Return the statement that fills ANNOTATION_ORDER with a file's annotations, in its order.

    All of them, or those of the `selected` categories (pk).
    """
    found = select(Region.c.pk).where(is_of_source(source_pk)).order_by(Region.c.position)
    if selected is not None:
        # Not the bare column, whose index SQLite would use.
        found = found.where(func.coalesce(Region.c.category_pk, 0).in_(selected.order_by(None)))
    return insert(ANNOTATION_ORDER).from_select(["region_pk"], found)


def annotations() -> Query:
    """Return the annotations in ANNOTATION_ORDER, as `AnnotationRow`s, in that order.

    Polygons are joined to rows in order, as SQLite would carry them all through a sort.
    """
    return (
        select(*(_COLUMNS[name].label(name) for name in AnnotationRow._fields))
        .select_from(ANNOTATION_ORDER)
        .join(Region, Region.c.pk == ANNOTATION_ORDER.c.region_pk)
        .join(Image, Image.c.pk == Region.c.image_pk)
        .join(Category, Category.c.pk == Region.c.category_pk)
        .outerjoin(RegionDetail, RegionDetail.c.region_pk == Region.c.pk)
        .order_by(ANNOTATION_ORDER.c.rank)
    )


def image_records(source_pk: int) -> Query:
    """Return (pk, record) of a file's images, in its order: a record is a JSON object."""
    return (
        select(ImageRecord.c.image_pk, ImageRecord.c.record)
        .join(Image, Image.c.pk == ImageRecord.c.image_pk)
        .where(Image.c.source_pk == source_pk)
        .order_by(Image.c.position)
    )


def is_of_source(source_pk: int) -> ColumnElement[bool]:
    """Compare the source of a region, in a query of most regions of the index.

    The sum keeps SQLite from the index of sources and keys: it reads the table from end to end, in
    0.5 s for LVIS train, where rows in the order of that index take 2.5 s.
    """
    return Region.c.source_pk + 0 == source_pk
