"""The pools that a recipe gives now, beside those that are stored: to compare, and to draw from.

They are in a temporary table that has the name of the stored one. A name without a schema is taken
for that of the temporary table, so that each query of a collation and of a draw, as it is, reads
and fills the pools made again; the index itself is not written. `main` names the stored ones.
See https://sqlite.org/lang_naming.html and
https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from sqlalchemy import Connection, MetaData, func, literal, or_, select
from sqlalchemy.exc import DBAPIError

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import Greater, is_postgresql
from ovmr_index.db.engine import schema_of
from ovmr_index.db.models import Category, Collation, PoolEntry, Synset
from ovmr_index.pools.collate import fill_pools
from ovmr_index.pools.recipe import Recipe
from ovmr_index.progress import Progress

_STORED = PoolEntry.to_metadata(MetaData(), schema="main")
_REMADE = PoolEntry.to_metadata(MetaData(), schema="temp")
_KEY = ("category_pk", "position")
_CREATE = f"""
CREATE TEMPORARY TABLE {_REMADE.name} (
    category_pk INTEGER NOT NULL,
    position INTEGER NOT NULL,
    dataset_pk INTEGER NOT NULL,
    image_pk INTEGER NOT NULL,
    region_pk INTEGER,
    synset_pk INTEGER NOT NULL,
    substitute INTEGER NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (category_pk, position)
) STRICT, WITHOUT ROWID
"""

_CREATE_IN_POSTGRESQL = f"CREATE TEMPORARY TABLE {_REMADE.name} (LIKE {_REMADE.name} INCLUDING ALL)"
_DROP = f"DROP TABLE temp.{_REMADE.name}"
_DROP_IN_POSTGRESQL = f"DROP TABLE pg_temp.{_REMADE.name}"


class PoolDifference(NamedTuple):
    """A category whose stored pool is another than the recipe gives.

    `stored` and `remade` are numbers of exemplars; `differing` is at how many positions the pools
    differ, of which one may be the longer.
    """

    category_id: int
    synset: str
    stored: int
    remade: int
    differing: int


@contextmanager
def remade_pools(
    connection: Connection, vocabulary_pk: int, recipe: Recipe, progress: Progress
) -> Iterator[None]:
    """Let the pools of a vocabulary be those that its recipe gives now, for this connection alone.

    The stored ones must have a collation, whose substitutes are taken.
    """
    collation = select(Collation.c.pk).where(Collation.c.vocabulary_pk == vocabulary_pk)
    collation_pk = connection.execute(collation).scalar_one()
    create, drop = _CREATE, _DROP
    if is_postgresql(connection):
        create, drop = _CREATE_IN_POSTGRESQL, _DROP_IN_POSTGRESQL
        schemas = {"main": schema_of(connection), "temp": "pg_temp"}
        connection.execution_options(schema_translate_map=schemas)
    connection.exec_driver_sql(create)
    try:
        fill_pools(connection, vocabulary_pk, collation_pk, recipe, progress)
        yield
    except BaseException:
        # A query that was left open locks its tables, which says nothing of why it was left; and
        # after a failure PostgreSQL does nothing until the transaction ends, and the table with it.
        with suppress(DBAPIError):
            connection.exec_driver_sql(drop)
        raise
    connection.exec_driver_sql(drop)


def pool_differences(vocabulary_pk: int) -> Query:
    """Return the `PoolDifference`s of a vocabulary by category id, within `remade_pools`."""
    mine, its = _STORED.c, _REMADE.c
    same_place = (mine.category_pk == its.category_pk) & (mine.position == its.position)
    values = [column.name for column in mine if column.name not in _KEY]
    is_other = or_(
        its.category_pk.is_(None), *(mine[name].is_distinct_from(its[name]) for name in values)
    )
    stored = (
        select(mine.category_pk, func.count().label("entries"))
        .add_columns(func.count().filter(is_other).label("differing"))
        .select_from(_STORED.outerjoin(_REMADE, same_place))
        .group_by(mine.category_pk)
        .subquery("stored")
    )
    remade = (
        select(its.category_pk, func.count().label("entries"))
        .group_by(its.category_pk)
        .subquery("remade")
    )
    held, given = (func.coalesce(one.c.entries, 0) for one in (stored, remade))
    differing = func.coalesce(stored.c.differing, 0) + Greater(literal(0), given - held)
    return (
        select(
            Category.c.key, func.coalesce(Synset.c.name, Category.c.name), held, given, differing
        )
        .select_from(Category)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .outerjoin(stored, stored.c.category_pk == Category.c.pk)
        .outerjoin(remade, remade.c.category_pk == Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, differing > 0)
        .order_by(Category.c.key)
    )
