"""Images of one category's pool that are the same, or look so."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import CTE, ColumnElement, FromClause, func, literal, select, union_all

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import Category, Image, ImageHash, PoolEntry, Source
from ovmr_index.pools import leaks
from ovmr_index.pools.exemplar_queries import entry_rows
from ovmr_index.pools.leaks import NEAR_BITS, coco_id, differing_bits

_BANDS = tuple(ImageHash.c[f"band_{number}"] for number in range(NEAR_BITS + 1))


class ImagePair(NamedTuple):
    """Two images of a pool that are the same, by row number; the first comes first in the pool.

    `how` and `bits` are those of `leaks.shown_in_val`.
    """

    first_pk: int
    other_pk: int
    how: int
    bits: int


def image_pairs(category_pk: int) -> Query:
    """Return the `ImagePair`s of a category's pool, each once, with its best reason.

    Images are compared as `audit` does: by COCO id, by equal files, and by perceptual hashes that
    differ in few bits, of which one band at least is equal. A hash of no bit is that of a plain
    image, which says nothing. They are ordered by the places of both images in the pool.
    """
    images = _images(category_pk)
    pairs = union_all(
        _same(images, "coco_id", leaks.BY_COCO_ID),
        _same(images, "sha256", leaks.BY_CONTENT),
        *(_alike(images, band.name) for band in _BANDS),
    ).subquery("pairs")
    best = func.min(pairs.c.how * 64 + pairs.c.bits)
    return (
        select(pairs.c.first_pk, pairs.c.other_pk, best.op("/")(64), best.op("%")(64))
        .group_by(pairs.c.first_place, pairs.c.other_place, pairs.c.first_pk, pairs.c.other_pk)
        .order_by(pairs.c.first_place, pairs.c.other_place)
    )


def entries_on(category_pk: int, image_pks: Collection[int]) -> Query:
    """Return the `ExemplarRow`s of a category's pool on these images, and the image's row number.

    The row number is the last column. They are ordered by position.
    """
    return (
        entry_rows(location=True)
        .add_columns(PoolEntry.c.image_pk)
        .where(
            PoolEntry.c.category_pk == category_pk,
            PoolEntry.c.image_pk.in_(numbers(sorted(image_pks))),
        )
        .order_by(PoolEntry.c.position)
    )


def hashed_counts(vocabulary_pk: int, category_pk: int | None = None) -> Query:
    """Return (pk, id, name, images, those with a perceptual hash) of each category with a pool.

    Of one category alone if it is given. By id; an image counts once for each category whose pool
    it is in.
    """
    images = (
        select(PoolEntry.c.category_pk, PoolEntry.c.image_pk)
        .where(PoolEntry.c.category_pk.in_(_categories(vocabulary_pk, category_pk)))
        .distinct()
        .subquery("images")
    )
    return (
        select(
            Category.c.pk,
            Category.c.key,
            Category.c.name,
            func.count(),
            func.count(ImageHash.c.perceptual),
        )
        .select_from(images)
        .join(Category, Category.c.pk == images.c.category_pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == images.c.image_pk)
        .group_by(Category.c.pk, Category.c.key, Category.c.name)
        .order_by(Category.c.key)
    )


def _categories(vocabulary_pk: int, category_pk: int | None) -> Query:
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return mine if category_pk is None else mine.where(Category.c.pk == category_pk)


def _images(category_pk: int) -> CTE:
    """Return the images of a category's pool, with what they are compared by."""
    identity = coco_id().label("coco_id")
    compared = identity, ImageHash.c.sha256, ImageHash.c.perceptual, *_BANDS
    return (
        select(PoolEntry.c.image_pk, func.min(PoolEntry.c.position).label("place"), *compared)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(PoolEntry.c.category_pk == category_pk)
        .group_by(PoolEntry.c.image_pk, *compared)
        .cte("images_of_pool")
    )


def _same(images: CTE, column: str, how: int) -> Query:
    """Pair the images that have the same value in a column."""
    other = images.alias(f"of_{column}")
    return _pairs(images, other, how, literal(0)).where(images.c[column] == other.c[column])


def _alike(images: CTE, band: str) -> Query:
    """Pair the images that look alike, of those whose perceptual hashes have a band in common."""
    other = images.alias(f"of_{band}")
    bits = differing_bits(images.c.perceptual, other.c.perceptual)
    return _pairs(images, other, leaks.BY_LIKENESS, bits).where(
        images.c[band] == other.c[band],
        images.c.perceptual != 0,
        other.c.perceptual != 0,
        bits <= NEAR_BITS,
    )


def _pairs(images: CTE, other: FromClause, how: int, bits: ColumnElement[int]) -> Query:
    return select(
        images.c.place.label("first_place"),
        other.c.place.label("other_place"),
        images.c.image_pk.label("first_pk"),
        other.c.image_pk.label("other_pk"),
        literal(how).label("how"),
        bits.label("bits"),
    ).join(other, images.c.place < other.c.place)
