"""The pinned exemplars of each category, which come first in a draw."""

from sqlalchemy import ColumnElement, literal, select, union_all

from ovmr_index.curation.marked_queries import MARKED, at_marked, in_marked_category
from ovmr_index.db.bulk import Query
from ovmr_index.db.models import DOUBLE, Category, Dataset, Image, PoolEntry
from ovmr_index.samples.draw_queries import entry_columns
from ovmr_index.samples.filter_queries import conditions
from ovmr_index.samples.options import Filters

_BELOW_ZERO = 2.0**40  # more than there are pins


def pins(filters: Filters) -> Query:
    """Return (category_pk, position) of what is pinned and passes the filters, in the order pinned.

    It is read from the table `MARKED`.
    """
    return (
        select(PoolEntry.c.category_pk, PoolEntry.c.position)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .join(MARKED, at_marked())
        .where(*_is_pin(), *conditions(filters))
        .order_by(PoolEntry.c.category_pk, MARKED.c.rank)
    )


def with_pins(keyed: Query, filters: Filters) -> Query:
    """Add what is pinned to entries with keys: its keys are below zero, in the order pinned."""
    pinned = (
        select(
            *entry_columns(),
            literal("").label("text"),
            literal(0).label("weightless"),
            (MARKED.c.rank - literal(_BELOW_ZERO, DOUBLE)).label("key"),
        )
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(MARKED, at_marked())
        .where(*_is_pin(), *conditions(filters))
    )
    return select(union_all(keyed, pinned).subquery("with_pins"))


def _is_pin() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of a pin; pools are looked through only where there are marks."""
    return MARKED.c.kind == "pin", in_marked_category(PoolEntry.c.category_pk)
