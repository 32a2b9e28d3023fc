"""The first K of each category without near-duplicates, found round by round in temporary tables.

`in_order` holds what may be drawn with its key. Each round puts the first K of categories into
`first`, and what is too near another one of them into `left_out`; the next round is for the
categories of these.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import DOUBLE, ImageHash, PoolEntry
from ovmr_index.pools.leaks import NEAR_BITS, differing_bits
from ovmr_index.samples.draw_queries import DRAWN, ranked
from ovmr_index.samples.options import Filters

_TABLES = MetaData()

IN_ORDER = Table(
    "in_order",
    _TABLES,
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("picture", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("weightless", Integer, nullable=False),
    Column("key", DOUBLE),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
FIRST = Table(
    "first",
    _TABLES,
    Column("category_pk", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("weightless", Integer, nullable=False),
    Column("picture", Integer, nullable=False),
    Column("sha256", Text),
    Column("perceptual", BigInteger),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
LEFT_OUT = Table(
    "left_out",
    _TABLES,
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("round", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def put_in_order(keyed: Query) -> Insert:
    """Return the statement that fills `in_order` with entries as `first_of_each` takes them."""
    found = keyed.subquery("keyed")
    names = IN_ORDER.c.keys()
    return insert(IN_ORDER).from_select(names, select(*(found.c[name] for name in names)))


def put_first(filters: Filters, k: int, after: int | None) -> Insert:
    """Return the statement that adds to `first` the first `k` of those that are not left out.

    Of the categories that round `after` left something out of, or of all without it.
    """
    gone = select(LEFT_OUT.c.position).where(
        LEFT_OUT.c.category_pk == IN_ORDER.c.category_pk,
        LEFT_OUT.c.position == IN_ORDER.c.position,
    )
    kept = select(IN_ORDER).where(~gone.exists(), *_of_round(IN_ORDER, after))
    found = ranked(kept.subquery("kept"), filters, k)
    at_pool = (PoolEntry.category_pk == found.c.category_pk) & (
        PoolEntry.position == found.c.position
    )
    names = ["category_pk", "rank", "position", "weightless", "picture"]
    first = (
        select(*(found.c[name] for name in names), ImageHash.sha256, ImageHash.perceptual)
        .join(PoolEntry, at_pool)
        .outerjoin(ImageHash, ImageHash.image_pk == PoolEntry.image_pk)
    )
    return insert(FIRST).from_select([*names, "sha256", "perceptual"], first)


def leave_out(after: int | None, now: int) -> Insert:
    """Return the statement that leaves out, in round `now`, the first of each category to be so.

    That is the first which is near one before it, and no other box on the same picture. Categories
    are those of `put_first`. Pictures are near as `audit` has it: equal files, or perceptual hashes
    that differ in few bits; a hash of no bit is that of a plain picture, which says nothing.
    """
    earlier = FIRST.alias("earlier")
    bits = differing_bits(FIRST.c.perceptual, earlier.c.perceptual)
    looks_near = and_(FIRST.c.perceptual != 0, earlier.c.perceptual != 0, bits <= NEAR_BITS)
    rank = (
        select(FIRST.c.category_pk, func.min(FIRST.c.rank).label("rank"))
        .join(
            earlier,
            (earlier.c.category_pk == FIRST.c.category_pk) & (earlier.c.rank < FIRST.c.rank),
        )
        .where(
            earlier.c.picture != FIRST.c.picture,
            or_(FIRST.c.sha256 == earlier.c.sha256, looks_near),
            *_of_round(FIRST, after),
        )
        .group_by(FIRST.c.category_pk)
        .subquery("too_near")
    )
    found = select(FIRST.c.category_pk, FIRST.c.position, literal(now)).join(
        rank, (rank.c.category_pk == FIRST.c.category_pk) & (rank.c.rank == FIRST.c.rank)
    )
    return insert(LEFT_OUT).from_select(LEFT_OUT.c.keys(), found)


def of_round(now: int) -> Select[int]:
    """Return the categories that round `now` left something out of, in order."""
    found = select(LEFT_OUT.c.category_pk).where(LEFT_OUT.c.round == now)
    return found.order_by(LEFT_OUT.c.category_pk)


def delete_first(after: int) -> Delete:
    """Return the statement that takes out of `first` what the next round draws again."""
    return delete(FIRST).where(*_of_round(FIRST, after))


def first_without_near_duplicates() -> Query:
    """Return what stands in `first` as `first_of_each` does."""
    columns = FIRST.c.category_pk, FIRST.c.position, FIRST.c.weightless
    return select(*columns).order_by(FIRST.c.category_pk, FIRST.c.rank)


def unhashed() -> Select[int]:
    """Return the rows of the pictures in `drawn` whose looks are not known, in order."""
    at_pool = (PoolEntry.category_pk == DRAWN.c.category_pk) & (
        PoolEntry.position == DRAWN.c.position
    )
    return (
        select(PoolEntry.image_pk)
        .select_from(DRAWN)
        .join(PoolEntry, at_pool)
        .outerjoin(ImageHash, ImageHash.image_pk == PoolEntry.image_pk)
        .where(ImageHash.perceptual.is_(None))
        .distinct()
        .order_by(PoolEntry.image_pk)
    )


def _of_round(entries: Any, after: int | None) -> list[ColumnElement[bool]]:
    """Return the condition that entries are of categories that a round left something out of."""
    if after is None:
        return []
    return [entries.c.category_pk.in_(of_round(after).order_by(None))]
