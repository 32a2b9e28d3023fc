"""What was computed from what was read, and goes with it."""

from sqlalchemy import Connection, Select, delete, func, or_, select

from ovmr_index.db.models import (
    Category,
    Collation,
    Image,
    PoolEntry,
    Region,
    Substitute,
)


def drop_broken_pools(connection: Connection) -> int:
    """Empty the pools if categories, images or regions of theirs have vanished.

    Returns the number of exemplars that are gone.
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


def clear_pools(connection: Connection, vocabulary_pk: int) -> None:
    """Delete the pools of a vocabulary, and how they were made."""
    mine = select(Category.pk).where(Category.vocabulary_pk == vocabulary_pk)
    connection.execute(delete(PoolEntry).where(PoolEntry.category_pk.in_(mine)))
    old = collation_of(vocabulary_pk)
    connection.execute(delete(Substitute).where(Substitute.collation_pk.in_(old)))
    connection.execute(delete(Collation).where(Collation.vocabulary_pk == vocabulary_pk))


def collation_of(vocabulary_pk: int) -> Select[int]:
    """Return the row number of a vocabulary's collation."""
    return select(Collation.pk).where(Collation.vocabulary_pk == vocabulary_pk)
