"""The first K of each category without near-duplicates, found round by round in temporary tables.

`DRAW_ORDER` holds what may be drawn with its key. Each round puts the first K of categories into
`DRAW_FIRST`, and what is too near another one of them into `DRAW_LEFT_OUT`; the next round is for
the categories of these.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import DOUBLE, WHOLE, ImageHash, PoolEntry
from ovmr_index.pools.leaks import NEAR_BITS, differing_bits
from ovmr_index.samples.draw_queries import FirstEntry, is_pinned, ranked
from ovmr_index.samples.drawn_queries import DRAWN
from ovmr_index.samples.options import Filters

_TABLES = MetaData()

DRAW_ORDER = Table(
    "tmp_draw_order",
    _TABLES,
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("image", WHOLE, nullable=False),
    Column("text", Text, nullable=False),
    Column("weightless", WHOLE, nullable=False),
    Column("key", DOUBLE),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
DRAW_FIRST = Table(
    "tmp_draw_first",
    _TABLES,
    Column("category_pk", WHOLE, primary_key=True),
    Column("rank", WHOLE, primary_key=True),
    Column("position", WHOLE, nullable=False),
    Column("weightless", WHOLE, nullable=False),
    Column("image", WHOLE, nullable=False),
    Column("pinned", WHOLE, nullable=False),
    Column("sha256", Text),
    Column("perceptual", BigInteger),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
DRAW_LEFT_OUT = Table(
    "tmp_draw_left_out",
    _TABLES,
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("round", WHOLE, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def put_in_order(keyed: Query) -> Insert:
    """Return the statement that fills `DRAW_ORDER` with entries as `first_of_each` takes them."""
    found = keyed.subquery("keyed")
    names = DRAW_ORDER.c.keys()
    return insert(DRAW_ORDER).from_select(names, select(*(found.c[name] for name in names)))


def put_first(filters: Filters, k: int, after: int | None) -> Insert:
    """Return the statement that adds to `DRAW_FIRST` the first `k` of those that are not left out.

    Of the categories that round `after` left something out of, or of all without it.
    """
    left_out = select(DRAW_LEFT_OUT.c.position).where(
        DRAW_LEFT_OUT.c.category_pk == DRAW_ORDER.c.category_pk,
        DRAW_LEFT_OUT.c.position == DRAW_ORDER.c.position,
    )
    left = select(DRAW_ORDER).where(~left_out.exists(), *_of_round(DRAW_ORDER, after))
    found = ranked(left.subquery("left_to_draw"), filters, k)
    at_pool = (PoolEntry.c.category_pk == found.c.category_pk) & (
        PoolEntry.c.position == found.c.position
    )
    names = ["category_pk", "rank", "position", "weightless", "image"]
    columns = [*(found.c[name] for name in names), case((is_pinned(found), 1), else_=0)]
    first = (
        select(*columns, ImageHash.c.sha256, ImageHash.c.perceptual)
        .join(PoolEntry, at_pool)
        .outerjoin(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
    )
    return insert(DRAW_FIRST).from_select([*names, "pinned", "sha256", "perceptual"], first)


def leave_out(after: int | None, now: int) -> Insert:
    """Return the statement that leaves out, in round `now`, the first of each category to be so.

    That is the first which is near one before it, and no other box on the same image. Categories
    are those of `put_first`. Images are near as `audit` has it: equal files, or perceptual hashes
    that differ in few bits. A hash of no bit is that of a plain image, which says nothing. What is
    pinned stays.
    """
    earlier = DRAW_FIRST.alias("earlier")
    bits = differing_bits(DRAW_FIRST.c.perceptual, earlier.c.perceptual)
    looks_near = and_(DRAW_FIRST.c.perceptual != 0, earlier.c.perceptual != 0, bits <= NEAR_BITS)
    rank = (
        select(DRAW_FIRST.c.category_pk, func.min(DRAW_FIRST.c.rank).label("rank"))
        .join(
            earlier,
            (earlier.c.category_pk == DRAW_FIRST.c.category_pk)
            & (earlier.c.rank < DRAW_FIRST.c.rank),
        )
        .where(
            earlier.c.image != DRAW_FIRST.c.image,
            or_(DRAW_FIRST.c.sha256 == earlier.c.sha256, looks_near),
            DRAW_FIRST.c.pinned == 0,
            *_of_round(DRAW_FIRST, after),
        )
        .group_by(DRAW_FIRST.c.category_pk)
        .subquery("too_near")
    )
    found = select(DRAW_FIRST.c.category_pk, DRAW_FIRST.c.position, literal(now)).join(
        rank, (rank.c.category_pk == DRAW_FIRST.c.category_pk) & (rank.c.rank == DRAW_FIRST.c.rank)
    )
    return insert(DRAW_LEFT_OUT).from_select(DRAW_LEFT_OUT.c.keys(), found)


def of_round(now: int) -> Select[int]:
    """Return the categories that round `now` left something out of, in order."""
    found = select(DRAW_LEFT_OUT.c.category_pk).where(DRAW_LEFT_OUT.c.round == now)
    return found.order_by(DRAW_LEFT_OUT.c.category_pk)


def delete_first(after: int) -> Delete:
    """Return the statement that takes out of `DRAW_FIRST` what the next round draws again."""
    return delete(DRAW_FIRST).where(*_of_round(DRAW_FIRST, after))


def first_without_near_duplicates() -> Query:
    """Return what is in `DRAW_FIRST`, as `first_of_each` does."""
    columns = (DRAW_FIRST.c[name] for name in FirstEntry._fields)
    return select(*columns).order_by(DRAW_FIRST.c.category_pk, DRAW_FIRST.c.rank)


def unhashed() -> Select[int]:
    """Return the pks of the images in `DRAWN` without a perceptual hash, in order."""
    at_pool = (PoolEntry.c.category_pk == DRAWN.c.category_pk) & (
        PoolEntry.c.position == DRAWN.c.position
    )
    return (
        select(PoolEntry.c.image_pk)
        .select_from(DRAWN)
        .join(PoolEntry, at_pool)
        .outerjoin(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(ImageHash.c.perceptual.is_(None))
        .distinct()
        .order_by(PoolEntry.c.image_pk)
    )


def _of_round(entries: Any, after: int | None) -> list[ColumnElement[bool]]:
    """Return the condition that entries are of categories that a round left something out of."""
    if after is None:
        return []
    return [entries.c.category_pk.in_(of_round(after).order_by(None))]
