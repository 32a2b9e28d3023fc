"""What the published draw reads of the pools, and the order that it gives them."""

from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Table,
    case,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import PackedDoubles
from ovmr_index.db.models import WHOLE, Category, Dataset, Image, PoolEntry
from ovmr_index.samples.draw_queries import draw_weight, entry_columns
from ovmr_index.samples.filter_queries import conditions
from ovmr_index.samples.options import Filters

PUBLISHED_ORDER = Table(
    "tmp_published_order",
    MetaData(),
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("rank", WHOLE),
    prefixes=["TEMPORARY"],
)


class PackedPool(NamedTuple):
    """The pool of a category as it is: its last position, and the weights from the first on.

    The weights are `functions.PackedDoubles`, None where the pool is empty.
    """

    category_pk: int
    last: int | None
    weights: bytes | None


def packed_pools(vocabulary_pk: int, weight: str, *among: ColumnElement[bool]) -> Query:
    """Return the `PackedPool`s of a vocabulary, or of those `among` its categories, by category."""
    at_category = PoolEntry.c.category_pk == Category.c.pk
    in_order = (
        select(draw_weight(weight).label("weight"))
        .where(at_category)
        .order_by(PoolEntry.c.position)
        .correlate(Category)
        .subquery()
    )
    last = select(func.max(PoolEntry.c.position)).where(at_category).scalar_subquery()
    return (
        select(Category.c.pk, last, select(PackedDoubles(in_order.c.weight)).scalar_subquery())
        .where(Category.c.vocabulary_pk == vocabulary_pk, *among)
        .order_by(Category.c.position)
    )


def pool_weights(
    vocabulary_pk: int, weight: str, filters: Filters, *among: ColumnElement[bool]
) -> Query:
    """Return (category_pk, position, weight) of what may be drawn, by category and position.

    `among` are conditions of entries beside those of the filters.
    """
    return (
        select(PoolEntry.c.category_pk, PoolEntry.c.position, draw_weight(weight))
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, *conditions(filters), *among)
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
