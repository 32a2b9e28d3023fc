"""The rows of an annotation file, in the file's order."""

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    func,
    insert,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Image, ImageRecord, Region, RegionRecord

ANNOTATION_ORDER = Table(
    "tmp_annotation_order",
    MetaData(),
    Column("rank", Integer, primary_key=True),
    Column("region_pk", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


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
    """Return (region_pk, record) of the annotations in ANNOTATION_ORDER, in that order.

    Records are joined to rows in order, as SQLite would carry them all through a sort.
    """
    return (
        select(ANNOTATION_ORDER.c.region_pk, RegionRecord.c.record)
        .select_from(ANNOTATION_ORDER)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == ANNOTATION_ORDER.c.region_pk)
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
