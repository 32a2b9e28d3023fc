"""What the index says of images and boxes that only an evaluation asks for."""

from collections.abc import Iterable

from sqlalchemy import func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, ImageCategory, Region, RegionRecord, Source


def image_labels(source_pk: int, kind: str) -> Query:
    """Select (id of the image, id of the category) of a source's labels of a kind."""
    return (
        select(Image.c.key, Category.c.key)
        .join(ImageCategory, ImageCategory.c.image_pk == Image.c.pk)
        .join(Category, Category.c.pk == ImageCategory.c.category_pk)
        .where(Image.c.source_pk == source_pk, ImageCategory.c.kind == kind)
        .order_by(Image.c.key, Category.c.key)
    )


def category_records(source_pk: int, category_pk: int) -> Query:
    """Select (id, record or null) of a source's boxes of a category."""
    return (
        select(Region.c.key, RegionRecord.c.record)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == Region.c.pk)
        .where(Region.c.source_pk == source_pk, Region.c.category_pk == category_pk)
        .order_by(Region.c.position)
    )


def sources_with(image_ids: Iterable[int]) -> Query:
    """Select the names of the sources that have images of all these ids."""
    wanted = list(image_ids)
    return (
        select(Source.c.name)
        .join(Image, Image.c.source_pk == Source.c.pk)
        .where(Image.c.key.in_(wanted))
        .group_by(Source.c.name)
        .having(func.count() == len(wanted))
        .order_by(Source.c.name)
    )
