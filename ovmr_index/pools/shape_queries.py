"""The boxes of pools by their size and shape, counted in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import AsDouble
from ovmr_index.db.models import Category, Dataset, PoolEntry, Region


def box_shapes(vocabulary_pk: int, sides: Sequence[int], ratios: Sequence[float]) -> Query:
    """Return (dataset, side, ratio, boxes) of the boxes of a vocabulary's pools, in this order.

    Args:
        vocabulary_pk: Whose pools.
        sides: Where one class of sizes ends and the next begins, in pixels: the side of a square as
            large as the box. `side` is the number of these that a box is not below.
        ratios: The same for the width of a box, divided by its height.
    """
    w, h = AsDouble(Region.c.w), AsDouble(Region.c.h)
    side = _class_of([w * h < edge * edge for edge in sides])
    ratio = _class_of([w < h * edge for edge in ratios])
    counted = (
        select(
            PoolEntry.c.dataset_pk,
            side.label("side"),
            ratio.label("ratio"),
            func.count().label("boxes"),
        )
        .join(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(PoolEntry.c.category_pk.in_(_categories(vocabulary_pk)))
        .group_by(PoolEntry.c.dataset_pk, "side", "ratio")
        .subquery("counted")
    )
    return (
        select(Dataset.c.name, counted.c.side, counted.c.ratio, counted.c.boxes)
        .join(Dataset, Dataset.c.pk == counted.c.dataset_pk)
        .order_by(Dataset.c.name, counted.c.side, counted.c.ratio)
    )


def _class_of(is_below: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """Return the number of the first condition that is true, of all if none is."""
    whens: list[tuple[Any, int]] = [(one, number) for number, one in enumerate(is_below)]
    return cast(case(*whens, else_=len(whens)), Integer)


def _categories(vocabulary_pk: int) -> Query:
    return select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
