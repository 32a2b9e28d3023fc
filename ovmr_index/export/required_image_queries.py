"""The files that targets are made from: images with their locations, and annotation files."""

from collections.abc import Sequence

from sqlalchemy import CompoundSelect, Select, func, select, union

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Image,
    PoolEntry,
    Source,
    SourceFile,
)
from ovmr_index.images.locations import file_name, with_location


def pool_images(vocabulary_pk: int) -> Select[int]:
    """Return the images (pk) in a vocabulary's pools."""
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return select(PoolEntry.c.image_pk).where(PoolEntry.c.category_pk.in_(mine))


def required_images(images: Sequence[Select[int]]) -> Query:
    """Return the images (pk) of several queries, each once, by dataset and file name.

    Columns: dataset, its root, file name, then those of a `Location`.
    """
    return with_location(
        select(Dataset.c.name, Dataset.c.root, file_name())
        .select_from(Image)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Image.c.pk.in_(_together(images)))
        .order_by(Dataset.c.name, file_name())
    )


def required_count(images: Sequence[Select[int]]) -> Select[int]:
    """Return how many images (pk) there are in several queries, each counted once."""
    return select(func.count()).select_from(_together(images).subquery("required"))


def source_files(names: Sequence[str]) -> Query:
    """Return (dataset, path) of the files that sources of these names were read from."""
    return (
        select(Dataset.c.name, SourceFile.c.path)
        .join(Source, Source.c.pk == SourceFile.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Source.c.name.in_(names))
        .order_by(Dataset.c.name, SourceFile.c.path)
    )


def _together(images: Sequence[Select[int]]) -> CompoundSelect[int]:
    """Return the images of all queries, each once."""
    none = select(Image.c.pk).where(Image.c.pk.is_(None))
    return union(none, *images)
