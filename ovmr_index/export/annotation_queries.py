"""The rows of an annotation file, in the file's order."""

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Image, ImageRecord, Region, RegionRecord


def annotations(source_pk: int, selected: Select[int] | None = None) -> Select[int]:
    """Return the annotations (pk) of a file in its order: all, or of `selected` categories (pk).

    Records are joined to them afterwards, as SQLite would carry them all through the sort.
    """
    found = select(Region.c.pk).where(is_of_source(source_pk)).order_by(Region.c.position)
    if selected is None:
        return found
    # Not the bare column, whose index SQLite would use.
    return found.where(func.coalesce(Region.c.category_pk, 0).in_(selected.order_by(None)))


def joined_records() -> Query:
    """Return the records of some annotations as one text, in bytes, and how many they are.

    A text that ends as no record does is left out. The parameter `pks` is a JSON array.
    """
    record = RegionRecord.c.record
    last = func.substr(cast(record, LargeBinary), -1)
    given = _given_pks().subquery("given")
    texts = (
        select(case((last == literal(b"}"), record)).label("text"))
        .select_from(given)
        .join(RegionRecord, RegionRecord.c.region_pk == given.c.pk)
        .order_by(given.c.place)
        .subquery("texts")
    )
    joined = func.group_concat(texts.c.text, literal(","))
    return select(cast(joined, LargeBinary), func.count(texts.c.text))


def records() -> Query:
    """Return (pk, record) of some annotations; the record of one that has none is null.

    The parameter `pks` is a JSON array.
    """
    given = _given_pks().subquery("given")
    return (
        select(given.c.pk, RegionRecord.c.record)
        .outerjoin_from(given, RegionRecord, RegionRecord.c.region_pk == given.c.pk)
        .order_by(given.c.place)
    )


def _given_pks() -> Select[int, int]:
    found = func.json_each(bindparam("pks", type_=Text)).table_valued("key", "value", name="found")
    return select(found.c.key.label("place"), found.c.value.label("pk"))


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
