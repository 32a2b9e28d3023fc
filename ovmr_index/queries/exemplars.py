"""Exemplars as they leave the index: the rows behind pools, samples and their files."""

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    SQLColumnExpression,
    Table,
    case,
    or_,
    select,
)
from sqlalchemy.orm import aliased

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
from ovmr_index.queries import Query

CategorySynset = aliased(Synset, name="category_synsets")

DRAWN = Table(
    "drawn",
    MetaData(),
    Column("category_id", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def join_path(
    folder: SQLColumnExpression[str], name: SQLColumnExpression[str]
) -> ColumnElement[str]:
    """Return the path of `name` in `folder`, which is empty for the root itself."""
    return case((folder == "", ""), else_=folder + "/") + name


def file_name() -> ColumnElement[str]:
    """Return the path of a picture below its dataset's root."""
    return join_path(Folder.path, Image.name)


def categories(vocabulary_id: int) -> Query:
    """Return row, key, synset and frequency of a vocabulary's categories, in the file's order."""
    return (
        select(Category.id, Category.key, CategorySynset.name, Category.frequency)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position)
    )


def find_category(vocabulary_id: int, category: str | int) -> Select[int]:
    """Return the rows of the categories with an id, or with a name or synset."""
    text = str(category)
    named = or_(Category.name == text, CategorySynset.name == text)
    is_id = Category.key == int(text) if text.isdecimal() and len(text) < 19 else named
    return (
        select(Category.id)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id, is_id)
        .order_by(Category.id)
    )


def weights(vocabulary_id: int) -> Query:
    """Return (category id, weight) of every pool entry, by category and position."""
    return (
        select(PoolEntry.category_id, PoolEntry.weight)
        .join(Category, Category.id == PoolEntry.category_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(PoolEntry.category_id, PoolEntry.position)
    )


def pool_entries(vocabulary_id: int) -> Query:
    """Return every pool entry, by category in the file's order and position."""
    return (
        _join_pool(_entry_columns(PoolEntry.weight))
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position, PoolEntry.position)
    )


def category_entries(category_id: int) -> Query:
    """Return the pool entries of the category whose row is `category_id`, by position."""
    return (
        _join_pool(_entry_columns(PoolEntry.weight))
        .where(PoolEntry.category_id == category_id)
        .order_by(PoolEntry.position)
    )


def drawn_entries() -> Query:
    """Return the pool entries that stand in `drawn`, by category key and rank."""
    at_pool = (DRAWN.c.category_id == PoolEntry.category_id) & (
        DRAWN.c.position == PoolEntry.position
    )
    return (
        _join_pool(_entry_columns(PoolEntry.weight))
        .join(DRAWN, at_pool)
        .order_by(Category.key, DRAWN.c.rank)
    )


def details(region_ids: list[int]) -> Query:
    """Return (region id, segmentation, other fields), both as JSON text, of regions by id."""
    return (
        select(RegionDetail.region_id, RegionDetail.segmentation, RegionDetail.fields)
        .where(RegionDetail.region_id.in_(region_ids))
        .order_by(RegionDetail.region_id)
    )


def _entry_columns(weight: SQLColumnExpression[float]) -> Query:
    """Select the fields of `records.Pick`, then the mask's area and the region's row."""
    return select(
        Category.key,
        CategorySynset.name,
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
        weight,
        Image.key,
        Region.key,
        Region.area,
        Region.id,
    )


def _join_pool(columns: Query) -> Query:
    return (
        columns.select_from(PoolEntry)
        .join(Category, Category.id == PoolEntry.category_id)
        .join(CategorySynset, CategorySynset.id == Category.synset_id)
        .join(Synset, Synset.id == PoolEntry.synset_id)
        .join(Image, Image.id == PoolEntry.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Source, Source.id == Image.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .outerjoin(Region, Region.id == PoolEntry.region_id)
    )
