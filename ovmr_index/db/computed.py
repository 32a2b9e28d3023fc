"""The pools, which are computed from what was read and go with it."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, exists, or_, select

from ovmr_index.db.models import (
    Category,
    Collation,
    Image,
    PoolEntry,
    Region,
    Source,
    Substitute,
    Vocabulary,
)
from ovmr_index.db.pools_state import generations_text


def delete_broken_entries(connection: Connection) -> int:
    """Delete the exemplars whose category, image or region has vanished; return their number.

    The others stay where they are: what is left is stale until the pools are made again.
    """
    is_gone = or_(
        _is_missing(Category, PoolEntry.c.category_pk),
        _is_missing(Image, PoolEntry.c.image_pk),
        PoolEntry.c.region_pk.is_not(None) & _is_missing(Region, PoolEntry.c.region_pk),
    )
    return connection.execute(delete(PoolEntry).where(is_gone)).rowcount


def _is_missing(table: Table, pk: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether no row has the number: one look into the table for each entry."""
    return ~exists().where(table.c.pk == pk)


def stale_vocabularies(connection: Connection) -> list[str]:
    """Return the vocabularies whose pools were made from another state of the sources, by name."""
    rows = connection.execute(select(Source.c.name, Source.c.generation).order_by(Source.c.name))
    now = generations_text((name, generation) for name, generation in rows)
    query = select(Vocabulary.c.name).join(Collation, Collation.c.vocabulary_pk == Vocabulary.c.pk)
    stale = query.where(Collation.c.generations != now).order_by(Vocabulary.c.name)
    return [*connection.execute(stale).scalars()]


def delete_pools(connection: Connection, vocabulary_pk: int) -> None:
    """Empty the pools of a vocabulary, and delete the collation that made them.

    Where no other has pools the table is emptied as a whole, which takes no time.
    """
    mine = Category.c.vocabulary_pk == vocabulary_pk
    is_held = exists().where(PoolEntry.c.category_pk == Category.c.pk)
    others = select(Category.c.pk).where(~mine, is_held).limit(1)
    entries = delete(PoolEntry)
    if connection.execute(others).first() is not None:
        entries = entries.where(PoolEntry.c.category_pk.in_(select(Category.c.pk).where(mine)))
    connection.execute(entries)
    collation = _collation(vocabulary_pk)
    connection.execute(delete(Substitute).where(Substitute.c.collation_pk.in_(collation)))
    connection.execute(delete(Collation).where(Collation.c.vocabulary_pk == vocabulary_pk))


def _collation(vocabulary_pk: int) -> Select[int]:
    return select(Collation.c.pk).where(Collation.c.vocabulary_pk == vocabulary_pk)
