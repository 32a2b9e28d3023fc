"""The recipe that pools were made by, as the index keeps it, and whether they are stale."""

import json

import msgspec
from sqlalchemy import Connection, insert, select

from ovmr_index.db.models import Collation, Source
from ovmr_index.db.pools_state import generations_text
from ovmr_index.db.stored_json import decoded
from ovmr_index.errors import command
from ovmr_index.pools.recipe import Recipe, Step, with_substitutes
from ovmr_index.pools.substitutes import store_substitutes, stored_substitutes


class _StoredRecipe(msgspec.Struct, forbid_unknown_fields=True):
    """What the index keeps of a recipe: all of it but the substitutes, which have rows."""

    min_area: float
    enough: int
    few: int
    exclude_val: bool
    steps: tuple[Step, ...] | None


_STORED = msgspec.json.Decoder(_StoredRecipe)


def decoded_recipe(content: str, vocabulary_pk: int) -> Recipe:
    """Return the recipe that a text of the index is; raises DamagedError for what is none."""
    remedy = f"run {command('collate')} with the options of these pools"
    stored = decoded(_STORED, content, "collations.recipe", f"vocabulary {vocabulary_pk}", remedy)
    return Recipe(**msgspec.structs.asdict(stored))


def stored_recipe(connection: Connection, vocabulary_pk: int) -> Recipe:
    """Return the recipe of the last collation of a vocabulary, the published one before the first.

    Its substitutes are None where they are the published ones.
    """
    query = select(Collation.c.pk, Collation.c.recipe).where(
        Collation.c.vocabulary_pk == vocabulary_pk
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return Recipe()
    return with_substitutes(
        decoded_recipe(row.recipe, vocabulary_pk), stored_substitutes(connection, row.pk)
    )


def store_recipe(connection: Connection, vocabulary_pk: int, recipe: Recipe) -> int:
    """Store a recipe and the state of all sources; return the row number of the collation."""
    stored = insert(Collation).values(
        vocabulary_pk=vocabulary_pk,
        recipe=json.dumps(recipe.as_json()),
        generations=source_generations(connection),
    )
    collation_pk = connection.execute(stored.returning(Collation.c.pk)).scalar_one()
    store_substitutes(connection, collation_pk, recipe.all_substitutes())
    return collation_pk


def source_generations(connection: Connection) -> str:
    """Return the state of all sources, as JSON text: pools of another state are stale."""
    rows = connection.execute(select(Source.c.name, Source.c.generation).order_by(Source.c.name))
    return generations_text((name, generation) for name, generation in rows)


def is_stale(connection: Connection, vocabulary_pk: int) -> bool:
    """Return whether a source has changed since the pools were made, or there are no pools."""
    query = select(Collation.c.generations).where(Collation.c.vocabulary_pk == vocabulary_pk)
    return connection.execute(query).scalar() != source_generations(connection)
