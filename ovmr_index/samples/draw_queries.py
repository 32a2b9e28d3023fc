"""The first K exemplars of each category, in the order in which a draw takes them.

A draw gives each exemplar that may be drawn a `key`, and the smallest keys come first, as far as
filters let them stand together. Those that are pinned have keys below zero, and always stand.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    SQLColumnExpression,
    case,
    func,
    literal,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import ByCodePoints
from ovmr_index.db.models import DOUBLE, Dataset, Image, PoolEntry
from ovmr_index.samples.options import Filters


class FirstEntry(NamedTuple):
    """One of the first K of a category: where it is in the pool, and 1 where it has no weight."""

    category_pk: int
    position: int
    weightless: int


def entry_columns() -> list[Label[Any]]:
    """Select where an entry of `PoolEntry` is, its `Dataset` and its `Image`.

    An image of COCO is the same in every dataset; `-pk` is never an id of COCO.
    """
    return [
        PoolEntry.c.category_pk.label("category_pk"),
        PoolEntry.c.position.label("position"),
        Dataset.c.name.label("dataset"),
        func.coalesce(Image.c.coco_id, -Image.c.pk).label("image"),
    ]


def draw_weight(weight: str) -> SQLColumnExpression[float]:
    """Return what a `PoolEntry` is drawn by: its area in square pixels, the side, or 1."""
    if weight == "even":
        return literal(1.0, DOUBLE)
    if weight == "side":
        return case((PoolEntry.c.weight > 0, func.sqrt(PoolEntry.c.weight)), else_=0.0)
    return PoolEntry.c.weight


def is_pinned(found: FromClause) -> ColumnElement[bool]:
    """Return the condition that an entry with a key is pinned: no draw makes a key below zero."""
    return func.coalesce(found.c.key, 0) < 0


def first_of_each(keyed: Query, filters: Filters, k: int) -> Query:
    """Return the `FirstEntry` of the first `k` of each category, in order.

    Entries without weight are not drawn, and come last.
    """
    found = keyed.cte("keyed").prefix_with("MATERIALIZED")  # or keys are made twice
    first = ranked(found, filters, k)
    columns = (first.c[name] for name in FirstEntry._fields)
    return select(*columns).order_by(first.c.category_pk, first.c.rank)


def ranked(found: FromClause, filters: Filters, k: int) -> FromClause:
    """Return the first `k` entries of each category, with their `rank` from 1.

    Near-duplicates stay: `near_duplicate_queries` leaves them out.
    """
    order = ["weightless", "key", "text", "position"]
    if not filters.rearranges:
        found = _in_reach(found, k)
    if filters.at_least_one:
        is_best = (found.c.weightless == 0) & (_number(found, order, "dataset") == 1)
        wanted = found.c.dataset.in_(filters.at_least_one) & is_best
        found = _add(found, "put_off", case((or_(wanted, is_pinned(found)), 0), else_=1))
        order.insert(0, "put_off")
    if filters.per_image is not None:
        found = _add(found, "nth_of_image", _number(found, order, "image"))
        stands = or_(found.c.nth_of_image <= filters.per_image, is_pinned(found))
        found = select(found).where(stands).subquery()
    if filters.balanced:
        turn = _number(found, order, "dataset")
        found = _add(found, "turn", case((is_pinned(found), 0), else_=turn))
        order.insert(order.index("key"), "turn")
    found = _add(found, "rank", _number(found, order))
    return select(found).where(found.c.rank <= k).subquery("ranked")


def _in_reach(found: FromClause, k: int) -> FromClause:
    """Leave out of each category what cannot be among its first `k`, before anything is sorted.

    Entries go to `k` heaps by position. The least key of each heap makes `k` keys, so that the
    first `k` are not above the greatest of these. A category with a heap that has no key stays
    whole.
    """
    least = (
        select(found.c.category_pk, func.min(found.c.key).label("key"))
        .group_by(found.c.category_pk, found.c.position % k)
        .subquery("least")
    )
    bound = (
        select(least.c.category_pk, func.max(least.c.key).label("key"))
        .group_by(least.c.category_pk)
        .having(func.count(least.c.key) == k)
        .subquery("bound")
    )
    return (
        select(found)
        .outerjoin(bound, bound.c.category_pk == found.c.category_pk)
        .where(or_(bound.c.key.is_(None), found.c.key <= bound.c.key))
        .subquery()
    )


def _add(found: FromClause, name: str, column: ColumnElement[Any]) -> FromClause:
    return select(found, column.label(name)).subquery()


def _number(found: FromClause, order: list[str], *within: str) -> ColumnElement[int]:
    """Number the entries of a category in an order, those of each `within` it apart."""
    columns = [ByCodePoints(found.c[name]) if name == "text" else found.c[name] for name in order]
    parts = [found.c[name] for name in ("category_pk", *within)]
    return func.row_number().over(partition_by=parts, order_by=columns)
