"""Which images of the pools and of LVIS val may be the same."""

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    func,
    select,
    union,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, ImageHash, PoolEntry, Source
from ovmr_index.images.locations import file_name, with_location
from ovmr_index.pools.leaks import val_sources


def images_to_compare(vocabulary_pk: int) -> CompoundSelect[int]:
    """Return the row numbers of the images in a vocabulary's pools and in LVIS val, each once."""
    return union(pool_images(vocabulary_pk), select(Image.c.pk).where(_is_of_val()))


def pool_images(vocabulary_pk: int) -> Select[int]:
    """Return the row numbers of the images in a vocabulary's pools, some of them several times."""
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return select(PoolEntry.c.image_pk).where(PoolEntry.c.category_pk.in_(mine))


def category_images(category_pk: int) -> Select[int]:
    """Return the row numbers of the images in a category's pool, each once."""
    entries = select(PoolEntry.c.image_pk).where(PoolEntry.c.category_pk == category_pk)
    return entries.distinct()


def val_files() -> Query:
    """Return the images of LVIS val, by row number.

    Columns: row number, whether the SHA-256 is missing, root, file name; then those of `Location`.
    """
    return _files(select(Image.c.pk).where(_is_of_val()))


def candidate_files(vocabulary_pk: int, *, unhashed: bool) -> Query:
    """Return `candidates` with the columns of `val_files`, by row number."""
    return _files(candidates(vocabulary_pk, unhashed=unhashed))


def candidate_count(vocabulary_pk: int, *, unhashed: bool) -> Select[int]:
    """Return how many `candidates` there are."""
    found = candidates(vocabulary_pk, unhashed=unhashed).order_by(None).subquery()
    return select(func.count()).select_from(found)


def candidates(vocabulary_pk: int, *, unhashed: bool) -> Select[int]:
    """Return the row numbers of the images in a vocabulary's pools but those of LVIS val itself.

    With `unhashed` only those whose SHA-256 is not known.
    """
    in_pools = pool_images(vocabulary_pk)
    found = select(Image.c.pk).where(
        Image.c.pk.in_(in_pools), ~Image.c.source_pk.in_(val_sources())
    )
    if unhashed:
        hashed = select(ImageHash.c.image_pk).where(ImageHash.c.sha256.is_not(None))
        found = found.where(Image.c.pk.not_in(hashed))
    return found.order_by(Image.c.pk)


def _files(images: Select[int]) -> Query:
    """Return the files of images, which are given by their row numbers."""
    return with_location(
        select(Image.c.pk, ImageHash.c.sha256.is_(None), Dataset.c.root, file_name())
        .select_from(Image)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == Image.c.pk)
        .where(Image.c.pk.in_(images.order_by(None)))
        .order_by(Image.c.pk)
    )


def _is_of_val() -> ColumnElement[bool]:
    # All of them have a key: by an index SQLite passes millions of others.
    return Image.c.source_pk.in_(val_sources()) & Image.c.key.is_not(None)
