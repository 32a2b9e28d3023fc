"""Images that show the same as another one: by COCO's id, by their bytes, by their looks."""

from typing import NamedTuple

from sqlalchemy import Select, SQLColumnExpression, func, literal, select, union_all

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Dataset, Image, ImageHash, PoolEntry, Region, Source, Synset
from ovmr_index.pools.leaks import NEAR_BITS, differing_bits

MOST_ALIKE = 60  # images that are given of those that are alike
_BANDS = NEAR_BITS + 1  # of two hashes as near as that, one band at least is equal


class AlikeImage(NamedTuple):
    """An image that shows the same as another one, as far as the index knows.

    It is so `by` its `id` in COCO, its `content` (the bytes of its file), or its `looks`: of their
    perceptual hashes `bits` of 64 differ. `is_pooled` where it is in the pool of the category, as
    the box `region_id` or as a whole.
    """

    source: str
    dataset: str
    file_name: str
    synset: str | None
    by: str
    bits: int
    is_pooled: int
    region_id: int | None


def alike_images(image_pk: int, category_pk: int) -> Query:
    """Return up to `MOST_ALIKE` `AlikeImage`s of an image, the surest first, for a category."""
    found = union_all(_by_id(image_pk), _by_content(image_pk), *_by_looks(image_pk)).subquery()
    rank = func.row_number().over(partition_by=found.c.pk, order_by=(found.c.how, found.c.bits))
    best = select(found, rank.label("rank")).subquery()
    first = (
        select(func.min(PoolEntry.c.position))
        .where(PoolEntry.c.category_pk == category_pk, PoolEntry.c.image_pk == Image.c.pk)
        .correlate(Image)
        .scalar_subquery()
    )
    entry = (PoolEntry.c.category_pk == category_pk) & (PoolEntry.c.position == first)
    return (
        select(
            Source.c.name,
            Dataset.c.name,
            Image.c.file_name,
            Synset.c.name,
            best.c.by,
            best.c.bits,
            PoolEntry.c.position.is_not(None),
            Region.c.key,
        )
        .select_from(best)
        .join(Image, Image.c.pk == best.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Synset, Synset.c.pk == Image.c.synset_pk)
        .outerjoin(PoolEntry, entry)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(best.c.rank == 1)
        .order_by(best.c.how, best.c.bits, Source.c.name, Image.c.file_name, Image.c.pk)
        .limit(MOST_ALIKE)
    )


def has_hash(image_pk: int) -> Select[bool]:
    """Return whether the perceptual hash of an image is known; no row where neither hash is."""
    known = select(ImageHash.c.perceptual.is_not(None))
    return known.where(ImageHash.c.image_pk == image_pk)


def _found(
    pk: SQLColumnExpression[int], how: int, by: str, bits: SQLColumnExpression[int]
) -> Query:
    return select(
        pk.label("pk"), literal(how).label("how"), literal(by).label("by"), bits.label("bits")
    )


def _by_id(image_pk: int) -> Query:
    mine = select(Image.c.coco_id).where(Image.c.pk == image_pk).scalar_subquery()
    other = Image.alias()
    found = _found(other.c.pk, 0, "id", literal(0))
    return found.where(other.c.coco_id == mine, other.c.pk != image_pk)


def _by_content(image_pk: int) -> Query:
    mine, other = ImageHash.alias(), ImageHash.alias()
    return (
        _found(other.c.image_pk, 1, "content", literal(0))
        .select_from(mine)
        .join(other, (other.c.sha256 == mine.c.sha256) & (other.c.image_pk != image_pk))
        .where(mine.c.image_pk == image_pk)
    )


def _by_looks(image_pk: int) -> list[Query]:
    """Return those near by their hashes; a hash of no bit is that of a plain image."""
    mine, other = ImageHash.alias(), ImageHash.alias()
    bits = differing_bits(mine.c.perceptual, other.c.perceptual)
    return [
        _found(other.c.image_pk, 2, "looks", bits)
        .select_from(mine)
        .join(other, other.c[f"band_{number}"] == mine.c[f"band_{number}"])
        .where(mine.c.image_pk == image_pk, mine.c.perceptual != 0, other.c.perceptual != 0)
        .where(other.c.image_pk != image_pk, bits <= NEAR_BITS)
        for number in range(_BANDS)
    ]
