"""Hashes of pictures: which are wanted, which are not computed yet."""

import json
from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Delete,
    Insert,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    union,
)

from ovmr_index.db.engine import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PictureHash, PoolEntry, Source
from ovmr_index.images.locations import with_places
from ovmr_index.pools.exemplar_queries import file_name
from ovmr_index.pools.leaks import val_sources


def pictures_to_compare(vocabulary_id: int) -> CompoundSelect[int]:
    """Return the rows of the pictures in a vocabulary's pools and in LVIS val, each once."""
    mine = select(Category.id).where(Category.vocabulary_id == vocabulary_id)
    in_pools = select(PoolEntry.image_id).where(PoolEntry.category_id.in_(mine))
    return union(in_pools, select(Image.id).where(_is_of_val()))


def val_files() -> Query:
    """Return the pictures of LVIS val, by row.

    Columns: row, whether the SHA-256 is missing, root, file name; then where the picture lies, as
    `with_places` tells.
    """
    return _files(select(Image.id).where(_is_of_val()))


def candidate_files(vocabulary_id: int, *, unhashed: bool) -> Query:
    """Return the pictures that `candidates` tells, with the columns of `val_files`, by row."""
    return _files(candidates(vocabulary_id, unhashed=unhashed))


def candidate_count(vocabulary_id: int, *, unhashed: bool) -> Select[int]:
    """Return how many pictures `candidates` tells."""
    found = candidates(vocabulary_id, unhashed=unhashed).order_by(None).subquery()
    return select(func.count()).select_from(found)


def candidates(vocabulary_id: int, *, unhashed: bool) -> Select[int]:
    """Return the rows of the pictures in a vocabulary's pools, without those of LVIS val itself.

    With `unhashed` only those whose SHA-256 is not known.
    """
    mine = select(Category.id).where(Category.vocabulary_id == vocabulary_id)
    in_pools = select(PoolEntry.image_id).where(PoolEntry.category_id.in_(mine))
    found = select(Image.id).where(Image.id.in_(in_pools), ~Image.source_id.in_(val_sources()))
    if unhashed:
        hashed = select(PictureHash.image_id).where(PictureHash.sha256.is_not(None))
        found = found.where(Image.id.not_in(hashed))
    return found.order_by(Image.id)


def these_pictures(rows: Collection[int]) -> Select[int]:
    """Return the rows of those pictures that are there still.

    They are one bound value, as SQLite takes no more than some thousands.
    """
    value = func.json_each(json.dumps(sorted(rows))).table_valued("value").c.value
    return select(Image.id.label("image_id")).where(Image.id.in_(select(value)))


def forget_wanted() -> Delete:
    """Return the statement that removes what was wanted once and never computed."""
    return delete(PictureHash).where(PictureHash.sha256.is_(None), PictureHash.perceptual.is_(None))


def want(pictures: Select[int] | CompoundSelect[int]) -> Insert:
    """Return the statement that makes rows without hashes for pictures that have none."""
    wanted = pictures.subquery("wanted")
    known = select(PictureHash.image_id)
    new = select(wanted.c.image_id).where(wanted.c.image_id.not_in(known))
    return insert(PictureHash).from_select(["image_id"], new.order_by(wanted.c.image_id))


def missing_count(*, perceptual: bool, among: Select[int] | None = None) -> Select[int]:
    """Return how many wanted pictures lack their SHA-256, or their perceptual hash if asked.

    Of all that were ever wanted, or of those `among` these.
    """
    return select(func.count()).select_from(PictureHash).where(*_are_missing(perceptual, among))


def missing(above: int, count: int, *, perceptual: bool, among: Select[int] | None = None) -> Query:
    """Return the next pictures with a row above `above` that lack what `missing_count` tells.

    Columns: row, dataset, root, file name, whether the perceptual hash is missing; then where the
    picture lies, as `with_places` tells.
    """
    return with_places(
        select(Image.id, Dataset.name, Dataset.root, file_name(), PictureHash.perceptual.is_(None))
        .select_from(PictureHash)
        .join(Image, Image.id == PictureHash.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Source, Source.id == Image.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .where(PictureHash.image_id > above, *_are_missing(perceptual, among))
        .order_by(PictureHash.image_id)
        .limit(count)
    )


def _files(pictures: Select[int]) -> Query:
    """Return the files of pictures, which are given by their rows."""
    return with_places(
        select(Image.id, PictureHash.sha256.is_(None), Dataset.root, file_name())
        .select_from(Image)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Source, Source.id == Image.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .outerjoin(PictureHash, PictureHash.image_id == Image.id)
        .where(Image.id.in_(pictures.order_by(None)))
        .order_by(Image.id)
    )


def _is_of_val() -> ColumnElement[bool]:
    # All of them have a key: by an index SQLite passes millions of others.
    return Image.source_id.in_(val_sources()) & Image.key.is_not(None)


def _are_missing(perceptual: bool, among: Select[int] | None) -> list[ColumnElement[bool]]:
    content = PictureHash.sha256.is_(None)
    lacks = or_(content, PictureHash.perceptual.is_(None)) if perceptual else content
    return [lacks] if among is None else [lacks, PictureHash.image_id.in_(among)]
