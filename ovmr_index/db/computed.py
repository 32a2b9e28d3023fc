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
    """Empty the pools if categories, pictures or regions of theirs have vanished.

    Returns the number of exemplars that are gone.
    """
    is_gone = or_(
        Category.id.is_(None),
        Image.id.is_(None),
        Region.id.is_(None) & PoolEntry.region_id.is_not(None),
    )
    query = (
        select(func.count())
        .select_from(PoolEntry)
        .outerjoin(Category, Category.id == PoolEntry.category_id)
        .outerjoin(Image, Image.id == PoolEntry.image_id)
        .outerjoin(Region, Region.id == PoolEntry.region_id)
        .where(is_gone)
    )
    gone = connection.execute(query).scalar_one()
    if gone:
        connection.execute(delete(PoolEntry))
    return gone


def clear_pools(connection: Connection, vocabulary_id: int) -> None:
    """Empty the pools of a vocabulary and forget how they were made."""
    mine = select(Category.id).where(Category.vocabulary_id == vocabulary_id)
    connection.execute(delete(PoolEntry).where(PoolEntry.category_id.in_(mine)))
    old = collation_of(vocabulary_id)
    connection.execute(delete(Substitute).where(Substitute.collation_id.in_(old)))
    connection.execute(delete(Collation).where(Collation.vocabulary_id == vocabulary_id))


def collation_of(vocabulary_id: int) -> Select[int]:
    """Return the row of a vocabulary's collation."""
    return select(Collation.id).where(Collation.vocabulary_id == vocabulary_id)
