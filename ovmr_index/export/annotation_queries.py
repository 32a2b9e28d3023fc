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
from ovmr_index.db.models import (
    Category,
    Image,
    ImageRecord,
    Region,
    RegionDetail,
)

IN_ORDER = Table(
    "in_order",
    MetaData(),
    Column("rank", Integer, primary_key=True),
    Column("region_pk", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def put_in_order(source_pk: int, kept: Select[int] | None = None) -> Insert:
    """Return the statement that puts a file's annotations into `in_order`, in the file's order.

    All of them, or only those of the categories whose rows are `kept`.
    """
    found = select(Region.pk).where(_is_of(source_pk)).order_by(Region.position)
    if kept is not None:
        # Not the bare column, whose index SQLite would go by.
        found = found.where(func.coalesce(Region.category_pk, 0).in_(kept.order_by(None)))
    return insert(IN_ORDER).from_select(["region_pk"], found)


def annotations() -> Query:
    """Return the annotations that stand in `in_order`, as `entries.annotation_members` takes them.

    Columns: key, area, segmentation, image key, x, y, w, h, category key, other fields; the
    segmentation and the other fields are JSON text. Polygons are joined to rows in order, as
    SQLite would carry them all through a sort.
    """
    return (
        select(
            Region.key,
            Region.area,
            RegionDetail.segmentation,
            Image.key,
            Region.x,
            Region.y,
            Region.w,
            Region.h,
            Category.key,
            RegionDetail.fields,
        )
        .select_from(IN_ORDER)
        .join(Region, Region.pk == IN_ORDER.c.region_pk)
        .join(Image, Image.pk == Region.image_pk)
        .join(Category, Category.pk == Region.category_pk)
        .outerjoin(RegionDetail, RegionDetail.region_pk == Region.pk)
        .order_by(IN_ORDER.c.rank)
    )


def image_records(source_pk: int) -> Select[str]:
    """Return the JSON objects of a file's pictures in its order."""
    return (
        select(ImageRecord.record)
        .join(Image, Image.pk == ImageRecord.image_pk)
        .where(Image.source_pk == source_pk)
        .order_by(Image.position)
    )


def _is_of(source_pk: int) -> ColumnElement[bool]:
    """Compare the source of a region, in a query of most regions that there are.

    The sum keeps SQLite from the index of sources and keys: it reads the table from end to end, in
    0.5 s for LVIS train, where rows in the order of that index take 2.5 s.
    """
    return Region.source_pk + 0 == source_pk
