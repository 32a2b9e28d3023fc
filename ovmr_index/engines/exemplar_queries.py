"""The rows of pools as the view `vocabulary_exemplars` has them, by joins that any engine makes."""

from sqlalchemy import ColumnElement, case, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    FolderArchive,
    Image,
    PoolEntry,
    Region,
    Source,
    Synset,
)
from ovmr_index.images.locations import file_name
from ovmr_index.vocabularies.category_queries import CategorySynset


def view_rows(vocabulary_pk: int) -> Query:
    """Return the rows of the view `exemplars` of a vocabulary, by category id and position."""
    box = (Region.c[name].label(name) for name in "xywh")
    return (
        select(
            Category.c.key.label("category_id"),
            Category.c.name.label("category"),
            CategorySynset.c.name.label("category_synset"),
            Category.c.frequency.label("frequency"),
            Synset.c.name.label("synset"),
            Dataset.c.name.label("dataset"),
            Folder.c.split.label("split"),
            file_name().label("file_name"),
            PoolEntry.c.position.label("position"),
            *box,
            PoolEntry.c.weight.label("weight"),
            Image.c.key.label("image_id"),
            Region.c.key.label("region_id"),
            Source.c.name.label("source"),
            _path().label("path"),
            Image.c.width.label("image_width"),
            Image.c.height.label("image_height"),
        )
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Synset, Synset.c.pk == PoolEntry.c.synset_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(FolderArchive, FolderArchive.c.folder_pk == Image.c.folder_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.key, PoolEntry.c.position)
    )


def _path() -> ColumnElement[str | None]:
    """Return the path below the root of all datasets, null for an image in a tar."""
    root = case((Dataset.c.root == ".", ""), else_=func.rtrim(Dataset.c.root, "/") + "/")
    return case((FolderArchive.c.folder_pk.is_(None), root + file_name()))


def entries_of(vocabulary_pk: int) -> Query:
    """Return the rows of `PoolEntry` of a vocabulary's pools, by category and position."""
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return (
        select(PoolEntry)
        .where(PoolEntry.c.category_pk.in_(mine))
        .order_by(PoolEntry.c.category_pk, PoolEntry.c.position)
    )
