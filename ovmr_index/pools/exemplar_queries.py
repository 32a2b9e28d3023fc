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
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.engine import Query
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


def category_synset() -> ColumnElement[str]:
    """Return the name of a category's synset; of one without a synset its own name."""
    return func.coalesce(CategorySynset.name, Category.name)


def categories(vocabulary_id: int) -> Query:
    """Return row, key, synset and name of a vocabulary's categories, in the file's order."""
    return (
        select(Category.id, Category.key, category_synset(), Category.name)
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


def drawn_entries() -> Query:
    """Return the pool entries that stand in `drawn` with details, by category key and rank."""
    at_pool = (DRAWN.c.category_id == PoolEntry.category_id) & (
        DRAWN.c.position == PoolEntry.position
    )
    return _with_details(_entries()).join(DRAWN, at_pool).order_by(Category.key, DRAWN.c.rank)


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
