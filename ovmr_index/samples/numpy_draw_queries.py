"""What the published draw reads of the pools, and the order that it gives them."""

from sqlalchemy import Column, Integer, MetaData, Table, case, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Image, PoolEntry
from ovmr_index.samples.draw_queries import draw_weight, entry_columns
from ovmr_index.samples.filter_queries import conditions
from ovmr_index.samples.options import Filters

PUBLISHED_ORDER = Table(
    "tmp_published_order",
    MetaData(),
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("rank", Integer),
    prefixes=["TEMPORARY"],
)


def pool_weights(vocabulary_pk: int, weight: str, filters: Filters) -> Query:
    """Return (category_pk, position, weight) of what may be drawn, by category and position."""
    return (
        select(PoolEntry.c.category_pk, PoolEntry.c.position, draw_weight(weight))
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, *conditions(filters))
        .order_by(Category.c.position, PoolEntry.c.position)
    )


def in_published_order() -> Query:
    """Return what is in `PUBLISHED_ORDER`, with its rank for a key."""
    at_pool = (PUBLISHED_ORDER.c.category_pk == PoolEntry.c.category_pk) & (
        PUBLISHED_ORDER.c.position == PoolEntry.c.position
    )
    rank = PUBLISHED_ORDER.c.rank
    return (
        select(
            *entry_columns(),
            literal("").label("text"),
            case((rank.is_not(None), 0), else_=1).label("weightless"),
            rank.label("key"),
        )
        .select_from(PoolEntry)
        .join(PUBLISHED_ORDER, at_pool)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
    )
