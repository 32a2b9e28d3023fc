"""The rows of an annotation file, in the file's order."""

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import IsClosed, Joined, TextBytes
from ovmr_index.db.json_functions import placed_numbers
from ovmr_index.db.models import WHOLE, Image, ImageRecord, Region, RegionRecord


def annotations(source_pk: int, selected: Select[int] | None = None) -> Select[int]:
    """Return the annotations (pk) of a file in its order: all, or of `selected` categories (pk).

    Records are joined to them afterwards, as SQLite would carry them all through the sort.
    """
    found = select(Region.c.pk).where(is_of_source(source_pk)).order_by(Region.c.position)
    return found if selected is None else found.where(_is_of(selected))


def span(source_pk: int) -> Select[int | None, int | None, int | None, int | None]:
    """Return the first and the last annotation (pk) of a file, and how far they are from places.

    All are null where there is none. Where the last two are the same, row numbers are in the order
    of the file.
    """
    pk, ahead = Region.c.pk, Region.c.pk - Region.c.position
    bounds = select(func.min(pk), func.max(pk), func.min(ahead), func.max(ahead))
    return bounds.where(is_of_source(source_pk))


def given() -> Select[int, int]:
    """Select (pk, place) of annotations. The parameter `pks` is a JSON array."""
    found = placed_numbers(bindparam("pks", type_=Text), "found")
    return select(found.c.value.label("pk"), found.c.key.label("place"))


def in_span(source_pk: int, selected: Select[int] | None) -> Select[int, int]:
    """Select (pk, place) of a file's annotations whose row numbers are `first` to `last`.

    These are the parameters; all, or those of the `selected` categories (pk).
    """
    first, last = (bindparam(name, type_=WHOLE) for name in ("first", "last"))
    found = select(Region.c.pk.label("pk"), Region.c.pk.label("place")).where(
        Region.c.pk.between(first, last), is_of_source(source_pk)
    )
    return found if selected is None else found.where(_is_of(selected))


def joined_records(which: Select[int, int]) -> Query:
    """Return the records of annotations as one text, in bytes, how many they are, and of how many.

    `which` are (pk, place). A text that ends as no record does is left out.
    """
    record = RegionRecord.c.record
    found = which.subquery("given")
    texts = (
        select(case((IsClosed(record), record)).label("text"))
        .select_from(found)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == found.c.pk)
        .order_by(found.c.place)
        .subquery("texts")
    )
    joined = TextBytes(Joined(texts.c.text, literal(",")))
    return select(joined, func.count(texts.c.text), func.count())


def records(which: Select[int, int]) -> Query:
    """Return (pk, record) of annotations; the record of one that has none is null."""
    found = which.subquery("given")
    return (
        select(found.c.pk, RegionRecord.c.record)
        .outerjoin_from(found, RegionRecord, RegionRecord.c.region_pk == found.c.pk)
        .order_by(found.c.place)
    )


def _is_of(selected: Select[int]) -> ColumnElement[bool]:
    """Compare the category of a region: not the bare column, whose index SQLite would use."""
    return func.coalesce(Region.c.category_pk, 0).in_(selected.order_by(None))


def image_records(source_pk: int) -> Query:
    """Return (pk, record) of a file's images, in its order: a record is a JSON object."""
    return (
        select(ImageRecord.c.image_pk, ImageRecord.c.record)
        .join(Image, Image.c.pk == ImageRecord.c.image_pk)
        .where(Image.c.source_pk == source_pk)
        .order_by(Image.c.position, Image.c.pk)
    )


def is_of_source(source_pk: int) -> ColumnElement[bool]:
    """Compare the source of a region, in a query of most regions of the index.

    The sum keeps SQLite from the index of sources and keys: it reads the table from end to end, in
    0.5 s for LVIS train, where rows in the order of that index take 2.5 s.
    """
    return Region.c.source_pk + 0 == source_pk
