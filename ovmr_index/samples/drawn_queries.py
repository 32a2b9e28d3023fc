"""What a draw took of the pools, in a temporary table that other queries join."""

from sqlalchemy import Column, ColumnElement, MetaData, Table, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import WHOLE, Category, PoolEntry, Synset
from ovmr_index.pools.exemplar_queries import entry_rows

DRAWN = Table(
    "tmp_drawn",
    MetaData(),
    Column("category_pk", WHOLE, primary_key=True),
    Column("rank", WHOLE, primary_key=True),
    Column("position", WHOLE, nullable=False),
    prefixes=["TEMPORARY"],
)


def at_pool() -> ColumnElement[bool]:
    """Return the condition that an entry of `PoolEntry` is one of `DRAWN`."""
    return (DRAWN.c.category_pk == PoolEntry.c.category_pk) & (
        DRAWN.c.position == PoolEntry.c.position
    )


def drawn_entries(*, location: bool = True) -> Query:
    """Return the `ExemplarRow`s of what is in `DRAWN`, by category id and rank.

    Without `location` they end before the image's size.
    """
    entries = entry_rows(details=True, location=location)
    return entries.join(DRAWN, at_pool()).order_by(Category.c.key, DRAWN.c.rank)


def drawn_picks() -> Query:
    """Return what is in `DRAWN` as `saving_queries.put_picks` takes it."""
    return (
        select(
            DRAWN.c.category_pk,
            DRAWN.c.rank.label("position"),
            Synset.c.name.label("synset"),
            PoolEntry.c.image_pk,
            PoolEntry.c.region_pk,
            PoolEntry.c.weight,
        )
        .select_from(DRAWN)
        .join(PoolEntry, at_pool())
        .join(Synset, Synset.c.pk == PoolEntry.c.synset_pk)
    )
