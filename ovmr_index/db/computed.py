"""The pools, which are computed from what was read and go with it."""

from sqlalchemy import Connection, Select, delete, func, or_, select

from ovmr_index.db.models import (
    Category,
    Collation,
    Image,
    PoolEntry,
    Region,
    Substitute,
)


def delete_broken_pools(connection: Connection) -> int:
    """Empty all pools if a category, image or region of an exemplar has vanished.

    Returns the number of exemplars that refer to something that is gone, 0 where pools are whole.
    """
    is_gone = or_(
        Category.pk.is_(None),
        Image.pk.is_(None),
        Region.pk.is_(None) & PoolEntry.region_pk.is_not(None),
    )
    query = (
        select(func.count())
        .select_from(PoolEntry)
        .outerjoin(Category, Category.pk == PoolEntry.category_pk)
        .outerjoin(Image, Image.pk == PoolEntry.image_pk)
        .outerjoin(Region, Region.pk == PoolEntry.region_pk)
        .where(is_gone)
    )
    gone = connection.execute(query).scalar_one()
    if gone:
        connection.execute(delete(PoolEntry))
    return gone


def delete_pools(connection: Connection, vocabulary_pk: int) -> None:
    """Empty the pools of a vocabulary, and delete the collation that made them."""
    categories = select(Category.pk).where(Category.vocabulary_pk == vocabulary_pk)
    connection.execute(delete(PoolEntry).where(PoolEntry.category_pk.in_(categories)))
    collation = _collation(vocabulary_pk)
    connection.execute(delete(Substitute).where(Substitute.collation_pk.in_(collation)))
    connection.execute(delete(Collation).where(Collation.vocabulary_pk == vocabulary_pk))


def _collation(vocabulary_pk: int) -> Select[int]:
    return select(Collation.pk).where(Collation.vocabulary_pk == vocabulary_pk)
