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


def pool_entries(vocabulary_id: int, kept: Select[int] | None = None) -> Query:
    """Return every pool entry with its details, by category in the file's order and position.

    Of all categories, or only of those whose rows are `kept`.
    """
    entries = (
        _with_details(_entries())
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position, PoolEntry.position)
    )
    return entries if kept is None else entries.where(Category.id.in_(kept.order_by(None)))


def category_entries(category_id: int) -> Query:
    """Return the pool entries of the category whose row is `category_id`, by position."""
    return _entries().where(PoolEntry.category_id == category_id).order_by(PoolEntry.position)


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
        .join(Category, Category.id == PoolEntry.category_id)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .join(Synset, Synset.id == PoolEntry.synset_id)
        .join(Image, Image.id == PoolEntry.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Source, Source.id == Image.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .outerjoin(Region, Region.id == PoolEntry.region_id)
    )


def _with_details(entries: Query) -> Query:
    """Add a region's segmentation and its fields without a column, both as JSON text."""
    return entries.add_columns(RegionDetail.segmentation, RegionDetail.fields).outerjoin(
        RegionDetail, RegionDetail.region_id == Region.id
    )
