"""The annotations of a COCO file, in the order of their source."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import (
    Category,
    Image,
    Region,
    RegionFields,
    RegionRecord,
    Source,
    Vocabulary,
)
from ovmr_index.export.annotation_queries import given, is_of_source
from ovmr_index.export.forms.annotated_image_queries import category_of, has_category
from ovmr_index.export.forms.box_selection import BoxSelection


class AnnotationRow(NamedTuple):
    """A row of `annotations`: a box (xywh, pixels), and what its category's place is kept by."""

    pk: int
    key: int
    image_pk: int
    meant: int
    x: Any
    y: Any
    w: Any
    h: Any
    area: Any
    is_crowd: int


def annotations(selection: BoxSelection, regions: Collection[int] | None) -> Query:
    """Select the `AnnotationRow`s of a selection's source that have a category of it, in order.

    All on any image of the source, or only the `regions` (pk).
    """
    found = select(
        Region.c.pk,
        Region.c.key,
        Region.c.image_pk,
        category_of(selection),
        Region.c.x,
        Region.c.y,
        Region.c.w,
        Region.c.h,
        Region.c.area,
        Region.c.is_crowd,
    ).where(is_of_source(selection.source_pk), has_category(selection))
    if regions is not None:
        found = found.where(Region.c.pk.in_(numbers(regions)))
    return found.order_by(Region.c.position)


def region_texts() -> Query:
    """Select (record, whether it is odd, fields) of annotations; each may be null.

    They are in the order of the parameter `pks`, a JSON array.
    """
    found = given().subquery("given")
    return (
        select(RegionRecord.c.record, RegionRecord.c.is_odd, RegionFields.c.fields)
        .select_from(found)
        .join(Region, Region.c.pk == found.c.pk)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == found.c.pk)
        .outerjoin(
            RegionFields,
            (RegionFields.c.pk == Region.c.fields_pk) & RegionRecord.c.region_pk.is_(None),
        )
        .order_by(found.c.place)
    )


def header(source_pk: int) -> Select[str | None]:
    """Select the header of a source: a JSON object, or null."""
    return select(Source.c.header).where(Source.c.pk == source_pk)


def span_of_images(source_pk: int) -> Select[int | None, int | None]:
    """Select the first and the last image (pk) of a source."""
    bounds = select(func.min(Image.c.pk), func.max(Image.c.pk))
    return bounds.where(Image.c.source_pk == source_pk)


def category_ids(source_pk: int) -> Select[int, int]:
    """Select (pk, id) of the categories of a source's own vocabulary."""
    return (
        select(Category.c.pk, Category.c.key)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .where(Vocabulary.c.source_pk == source_pk)
        .order_by(Category.c.pk)
    )
