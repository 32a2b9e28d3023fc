"""Hashes of images: which are requested, and which are not computed yet."""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Delete,
    Insert,
    Select,
    Text,
    Update,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import WHOLE, Dataset, Image, ImageHash, Source
from ovmr_index.db.work_queries import open_beginning
from ovmr_index.images.blocks import block_of, in_blocks
from ovmr_index.images.locations import file_name, with_location

Images = Select[int] | CompoundSelect[int]

BLOCK = 1_024  # row numbers: images that a process hashes before it says so


def these_images(image_pks: Collection[int]) -> Select[int]:
    """Return those of the images (pk) that are still in the index."""
    there = numbers(sorted(image_pks))
    return select(Image.c.pk.label("image_pk")).where(Image.c.pk.in_(there))


def source_images(source_pk: int) -> Select[int]:
    """Return all images (pk) of a source."""
    return select(Image.c.pk.label("image_pk")).where(Image.c.source_pk == source_pk)


def delete_requested(job: str) -> Delete:
    """Return the statement that removes what was requested and never computed.

    Nothing is removed while somebody works on a job whose name begins with `job`.
    """
    is_open = open_beginning(job).scalar_subquery() > 0
    return delete(ImageHash).where(
        ImageHash.c.sha256.is_(None), ImageHash.c.perceptual.is_(None), ~is_open
    )


def request(images: Images) -> Insert:
    """Return the statement that makes rows without hashes for images (pk) that have no row."""
    wanted = images.subquery("wanted")
    known = select(ImageHash.c.image_pk)
    new = select(wanted.c.image_pk).where(wanted.c.image_pk.not_in(known))
    return insert(ImageHash).from_select(["image_pk"], new.order_by(wanted.c.image_pk))


def missing_count(*, perceptual: bool, among: Images | None = None) -> Select[int]:
    """Return how many requested images lack a SHA-256, or with `perceptual` either hash.

    All that were ever requested count, or only those `among` these.
    """
    return select(func.count()).select_from(ImageHash).where(*_are_missing(perceptual, among))


def missing_blocks(*, perceptual: bool) -> Select[int]:
    """Return the numbers of the blocks of row numbers that `missing_count` counts images in."""
    block = block_of(ImageHash.c.image_pk, BLOCK).label("block")
    return select(block).where(*_are_missing(perceptual, None)).distinct()


def missing(above: int, count: int, *, perceptual: bool, among: Images) -> Query:
    """Return the next images, by pk above `above`, that `missing_count` counts.

    Columns: pk, dataset, its root, file name, whether the perceptual hash is missing, then those
    of a `Location`.
    """
    return _missing(perceptual, among).where(ImageHash.c.image_pk > above).limit(count)


def missing_in(blocks: Collection[int], *, perceptual: bool) -> Query:
    """Return the images that `missing_count` counts in some blocks, as `missing` does."""
    return _missing(perceptual, None).where(in_blocks(ImageHash.c.image_pk, BLOCK, blocks))


def put_hashes() -> Update:
    """Return the statement that keeps the hashes `content` and `looks` of an `image` (pk).

    One that is None was not asked for now, or is still not known.
    """
    sha256, perceptual = ImageHash.c.sha256, ImageHash.c.perceptual
    given = bindparam("content", type_=Text), bindparam("looks", type_=WHOLE)
    return (
        update(ImageHash)
        .where(ImageHash.c.image_pk == bindparam("image"))
        .values(
            sha256=func.coalesce(given[0], sha256), perceptual=func.coalesce(given[1], perceptual)
        )
    )


def _missing(perceptual: bool, among: Images | None) -> Query:
    return with_location(
        select(
            Image.c.pk,
            Dataset.c.name,
            Dataset.c.root,
            file_name(),
            ImageHash.c.perceptual.is_(None),
        )
        .select_from(ImageHash)
        .join(Image, Image.c.pk == ImageHash.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(*_are_missing(perceptual, among))
        .order_by(ImageHash.c.image_pk)
    )


def _are_missing(perceptual: bool, among: Images | None) -> list[ColumnElement[bool]]:
    content = ImageHash.c.sha256.is_(None)
    lacks = or_(content, ImageHash.c.perceptual.is_(None)) if perceptual else content
    return [lacks] if among is None else [lacks, ImageHash.c.image_pk.in_(among)]
