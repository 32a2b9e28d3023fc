"""Exemplars as they leave the index: the rows behind pools, samples and their files."""

from sqlalchemy import (
    Select,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    RegionDetail,
    Source,
    Synset,
)
from ovmr_index.images.locations import file_name
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


def pool_entries(vocabulary_pk: int, kept: Select[int] | None = None) -> Query:
    """Return every pool entry with its details, by category in the file's order and position.

    Of all categories, or only of those whose rows are `kept`.
    """
    entries = (
        _with_details(_entries())
        .where(Category.vocabulary_pk == vocabulary_pk)
        .order_by(Category.position, PoolEntry.position)
    )
    return entries if kept is None else entries.where(Category.pk.in_(kept.order_by(None)))


def category_entries(category_pk: int) -> Query:
    """Return the pool entries of the category whose row is `category_pk`, by position."""
    return _entries().where(PoolEntry.category_pk == category_pk).order_by(PoolEntry.position)


def _entries() -> Query:
    """Select the fields of `records.Pick`, then the mask's area, of pool entries."""
    return (
        select(
            Category.key,
            category_synset(),
            Synset.name,
            Dataset.name,
            Source.format,
            Folder.split,
            Dataset.root,
            file_name(),
            Region.x,
            Region.y,
            Region.w,
            Region.h,
            PoolEntry.weight,
            Image.key,
            Region.key,
            Region.area,
        )
        .select_from(PoolEntry)
        .join(Category, Category.pk == PoolEntry.category_pk)
        .outerjoin(CategorySynset, CategorySynset.pk == Category.synset_pk)
        .join(Synset, Synset.pk == PoolEntry.synset_pk)
        .join(Image, Image.pk == PoolEntry.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .join(Source, Source.pk == Image.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .outerjoin(Region, Region.pk == PoolEntry.region_pk)
    )


def _with_details(entries: Query) -> Query:
    """Add a region's segmentation and its fields without a column, both as JSON text."""
    return entries.add_columns(RegionDetail.segmentation, RegionDetail.fields).outerjoin(
        RegionDetail, RegionDetail.region_pk == Region.pk
    )
