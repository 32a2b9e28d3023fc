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
    Column("region_id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def put_in_order(source_id: int, kept: Select[int] | None = None) -> Insert:
    """Return the statement that puts a file's annotations into `in_order`, in the file's order.

    All of them, or only those of the categories whose rows are `kept`.
    """
    found = select(Region.id).where(_is_of(source_id)).order_by(Region.position)
    if kept is not None:
        # Not the bare column, whose index SQLite would go by.
        found = found.where(func.coalesce(Region.category_id, 0).in_(kept.order_by(None)))
    return insert(IN_ORDER).from_select(["region_id"], found)


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
        .join(Region, Region.id == IN_ORDER.c.region_id)
        .join(Image, Image.id == Region.image_id)
        .join(Category, Category.id == Region.category_id)
        .outerjoin(RegionDetail, RegionDetail.region_id == Region.id)
        .order_by(IN_ORDER.c.rank)
    )


def image_records(source_id: int) -> Select[str]:
    """Return the JSON objects of a file's pictures in its order."""
    return (
        select(ImageRecord.record)
        .join(Image, Image.id == ImageRecord.image_id)
        .where(Image.source_id == source_id)
        .order_by(Image.position)
    )


def _is_of(source_id: int) -> ColumnElement[bool]:
    """Compare the source of a region, in a query of most regions that there are.

    The sum keeps SQLite from the index of sources and keys: it reads the table from end to end, in
    0.5 s for LVIS train, where rows in the order of that index take 2.5 s.
    """
    return Region.source_id + 0 == source_id
