"""Exemplars by their natural keys: found in the pools, and named for those that are not."""

from sqlalchemy import Select, select

from ovmr_index.curation.mark import ExemplarKey
from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, PoolEntry, Region, Source, Synset
from ovmr_index.images.locations import last_part


def named_category(vocabulary_pk: int, category_id: int) -> Query:
    """Return (pk, name, synset or null) of the category of a vocabulary with an id."""
    return (
        select(Category.c.pk, Category.c.name, Synset.c.name)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Category.c.key == category_id)
    )


def id_and_name(category_pk: int) -> Select[int, str]:
    """Return the id and the name of a category."""
    return select(Category.c.key, Category.c.name).where(Category.c.pk == category_pk)


def pool_entry(category_pk: int, key: ExemplarKey) -> Select[int]:
    """Return the position of an exemplar in the pool of a category.

    A box is known by its source and id, on an image of the same name; a whole image by its path.
    Its row is found first: to look up the image of each entry would take too long.
    """
    image = (
        select(Image.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Source.c.name == key.source, Image.c.file_name == key.file_name)
        .where(Image.c.key.is_(None))
    )
    region = (
        select(Region.c.pk)
        .join(Source, Source.c.pk == Region.c.source_pk)
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(Source.c.name == key.source, Region.c.key == key.region_id)
        .where(last_part(Image.c.file_name) == key.file_name.rpartition("/")[2])
    )
    is_whole = PoolEntry.c.region_pk.is_(None)
    is_image = is_whole & (PoolEntry.c.image_pk == image.scalar_subquery())
    is_box = PoolEntry.c.region_pk == region.scalar_subquery()
    return (
        select(PoolEntry.c.position)
        .where(
            PoolEntry.c.category_pk == category_pk, is_image if key.region_id is None else is_box
        )
        .order_by(PoolEntry.c.position)
        .limit(1)
    )


def exemplars_called(source: str, region_id: int | None, file_name: str | None) -> Query:
    """Return (file name, region id) of the exemplars of any `Category` on a box or an image.

    Several boxes of a category may be on one image.
    """
    found = (
        select(Image.c.file_name, Region.c.key)
        .select_from(Source)
        .join(Image, Image.c.source_pk == Source.c.pk)
        .where(Source.c.name == source)
    )
    if region_id is not None:
        is_region = (Region.c.source_pk == Source.c.pk) & (Region.c.key == region_id)
        found = found.join(Region, is_region & (Region.c.image_pk == Image.c.pk))
        same = PoolEntry.c.region_pk == Region.c.pk
    else:
        found = found.outerjoin(Region, Region.c.image_pk == Image.c.pk)
        found = found.where(Image.c.file_name == file_name)
        same = PoolEntry.c.region_pk.is_not_distinct_from(Region.c.pk)
    return (
        found.join(PoolEntry, (PoolEntry.c.image_pk == Image.c.pk) & same)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .order_by(PoolEntry.c.category_pk, PoolEntry.c.position)
    )


def categories_with(exemplars: Query) -> Select[str]:
    """Return the names of the categories of some `exemplars_called`, in order."""
    names = exemplars.with_only_columns(Category.c.name).order_by(None)
    return names.distinct().order_by(Category.c.name)
