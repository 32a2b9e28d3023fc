"""Exemplars that an audit or hashes speak against, as `FoundEntry`s in the order of the pools."""

from typing import NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, and_, or_, select, union

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, ImageHash, PoolEntry, Region, Source
from ovmr_index.pools.leaks import NEAR_BITS, differing_bits, shown_in_val

_BANDS = [f"band_{number}" for number in range(NEAR_BITS + 1)]


class FoundEntry(NamedTuple):
    """An entry of a pool, with what names its exemplar in any index."""

    category_pk: int
    position: int
    category_id: int
    source: str
    file_name: str
    region_id: int | None


def shown_in_val_entries(vocabulary_pk: int) -> Query:
    """Return the exemplars that show an image of LVIS val, as `audit` finds them."""
    shown = shown_in_val()
    entries = _entries(vocabulary_pk).join(shown, shown.c.image_pk == PoolEntry.c.image_pk)
    return entries.order_by(Category.c.key, PoolEntry.c.position)


def near_entries(vocabulary_pk: int, category_pk: int | None) -> Query:
    """Return the exemplars that are near another one of their pool, of one category or of all."""
    pairs = near_pairs(vocabulary_pk, category_pk).subquery("pairs")
    sides = (
        select(pairs.c.category_pk, pairs.c[side].label("position"))
        for side in ("position", "earlier")
    )
    near = union(*sides).subquery("near")
    is_near = and_(
        near.c.category_pk == PoolEntry.c.category_pk, near.c.position == PoolEntry.c.position
    )
    entries = _entries(vocabulary_pk).join(near, is_near)
    return entries.order_by(Category.c.key, PoolEntry.c.position)


def near_pairs(vocabulary_pk: int, category_pk: int | None) -> Query:
    """Return (category_pk, position, an earlier position) of the near-duplicates of each pool.

    Two images are near as a draw without near-duplicates has it: equal files, or perceptual hashes
    that differ in few bits, and so agree in a band. Boxes of one image are not.
    """
    one = _hashed(vocabulary_pk, category_pk)
    other = one.alias("other")
    is_later = and_(
        one.c.category_pk == other.c.category_pk,
        one.c.position > other.c.position,
        one.c.image_pk != other.c.image_pk,
    )
    bits = differing_bits(one.c.perceptual, other.c.perceptual)
    looks = and_(one.c.perceptual != 0, other.c.perceptual != 0, bits <= NEAR_BITS)
    ways = [one.c.sha256 == other.c.sha256, *(one.c[b] == other.c[b] for b in _BANDS)]
    found = union(
        *(
            _pair(one, other, and_(is_later, way, or_(looks, one.c.sha256 == other.c.sha256)))
            for way in ways
        )
    ).subquery("found")
    columns = (found.c.category_pk, found.c.position, found.c.earlier)
    return select(*columns).order_by(*columns)


def _pair(one: CTE, other: CTE, on: ColumnElement[bool]) -> Select[int, int, int]:
    return select(one.c.category_pk, one.c.position, other.c.position.label("earlier")).join(
        other, on
    )


def _hashed(vocabulary_pk: int, category_pk: int | None) -> CTE:
    bands = (ImageHash.c[name] for name in _BANDS)
    found = (
        select(
            PoolEntry.c.category_pk,
            PoolEntry.c.position,
            PoolEntry.c.image_pk,
            ImageHash.c.sha256,
            ImageHash.c.perceptual,
            *bands,
        )
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .join(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
    )
    if category_pk is not None:
        found = found.where(Category.c.pk == category_pk)
    return found.cte("hashed").prefix_with("MATERIALIZED")


def _entries(vocabulary_pk: int) -> Query:
    return (
        select(
            PoolEntry.c.category_pk,
            PoolEntry.c.position,
            Category.c.key,
            Source.c.name,
            Image.c.file_name,
            Region.c.key,
        )
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
    )
