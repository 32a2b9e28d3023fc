"""Make the pools: the recipe's steps one after the other, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.orm import aliased

from ovmr_index.db.engine import writing
from ovmr_index.db.models import (
    Category,
    Collation,
    PoolEntry,
    Source,
    Substitute,
    Synset,
)
from ovmr_index.errors import OvmrIndexError
from ovmr_index.progress import Progress
from ovmr_index.queries import collation as steps
from ovmr_index.queries.collation import Recipe

Substitutes = Mapping[str, Sequence[str]]


def published_substitutes() -> dict[str, list[str]]:
    """Return the substitutes that OVMR's authors chose by hand for 43 categories."""
    text = resources.files("ovmr_index").joinpath("data", "published_substitutes.json").read_text()
    substitutes: dict[str, list[str]] = json.loads(text)
    return substitutes


def collate(
    engine: Engine,
    vocabulary_id: int,
    recipe: Recipe,
    substitutes: Substitutes,
    progress: Progress,
) -> None:
    """Make the pools of a vocabulary anew, and keep with them how they were made."""
    with writing(engine, bulk=True) as connection:
        _clear(connection, vocabulary_id)
        collation_id = _describe(connection, vocabulary_id, recipe)
        _keep_substitutes(connection, collation_id, substitutes)
        todo = (
            steps.annotations(vocabulary_id, recipe),
            steps.pictures(vocabulary_id),
            steps.boxes(vocabulary_id, recipe),
            steps.substitute_pictures(vocabulary_id, collation_id),
            steps.substitute_boxes(vocabulary_id, collation_id, recipe),
        )
        with progress("collate", len(todo), "steps") as advance:
            for step in todo:
                connection.execute(steps.append_step(step))
                advance(1)


def source_generations(connection: Connection) -> str:
    """Return the state of all sources, by which a pool is known to be stale."""
    rows = connection.execute(select(Source.name, Source.generation).order_by(Source.name))
    return json.dumps(dict(rows.all()))


def kept_recipe(connection: Connection, vocabulary_id: int) -> tuple[Recipe, dict[str, list[str]]]:
    """Return the recipe and the substitutes of the last collation, the published ones at first."""
    row = connection.execute(
        select(Collation.id, Collation.min_area, Collation.enough, Collation.few).where(
            Collation.vocabulary_id == vocabulary_id
        )
    ).one_or_none()
    if row is None:
        return Recipe(), published_substitutes()
    lender = aliased(Synset)
    query = (
        select(Synset.name, lender.name)
        .join(Substitute, Substitute.synset_id == Synset.id)
        .join(lender, lender.id == Substitute.substitute_id)
        .where(Substitute.collation_id == row.id)
        .order_by(Synset.name, Substitute.position)
    )
    substitutes: dict[str, list[str]] = {}
    for synset, substitute in connection.execute(query):
        substitutes.setdefault(synset, []).append(substitute)
    return Recipe(row.min_area, row.enough, row.few), substitutes


def is_stale(connection: Connection, vocabulary_id: int) -> bool:
    """Tell whether a source has changed since the pools were made, or there are none."""
    query = select(Collation.generations).where(Collation.vocabulary_id == vocabulary_id)
    return connection.execute(query).scalar() != source_generations(connection)


def read_substitutes(path: Path) -> dict[str, list[str]]:
    """Return substitutes from a JSON file: an object from synset to a list of synsets.

    Raises OvmrIndexError where the file cannot be read or is another kind of JSON.
    """
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        problem = error.strerror or str(error)
        raise OvmrIndexError(f"{path}: {problem}; check the path") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        problem = f"is no object from synset to list of synsets: {error}"
        raise OvmrIndexError(f"{path}: {problem}; mend the file") from None


def _clear(connection: Connection, vocabulary_id: int) -> None:
    mine = select(Category.id).where(Category.vocabulary_id == vocabulary_id)
    connection.execute(delete(PoolEntry).where(PoolEntry.category_id.in_(mine)))
    old = select(Collation.id).where(Collation.vocabulary_id == vocabulary_id)
    connection.execute(delete(Substitute).where(Substitute.collation_id.in_(old)))
    connection.execute(delete(Collation).where(Collation.vocabulary_id == vocabulary_id))


def _describe(connection: Connection, vocabulary_id: int, recipe: Recipe) -> int:
    made = insert(Collation).values(
        vocabulary_id=vocabulary_id,
        min_area=recipe.min_area,
        enough=recipe.enough,
        few=recipe.few,
        generations=source_generations(connection),
    )
    return connection.execute(made.returning(Collation.id)).scalar_one()


def _keep_substitutes(connection: Connection, collation_id: int, substitutes: Substitutes) -> None:
    """Store the substitutes; a synset that nothing else names gets a row without a wnid."""
    names = {*substitutes, *(name for names in substitutes.values() for name in names)}
    query = select(Synset.name, Synset.id).where(Synset.name.in_(names))
    ids = dict(connection.execute(query).all())
    for name in sorted(names - ids.keys()):
        made = insert(Synset).values(name=name).returning(Synset.id)
        ids[name] = connection.execute(made).scalar_one()
    rows = [
        {
            "collation_id": collation_id,
            "synset_id": ids[synset],
            "position": position,
            "substitute_id": ids[substitute],
        }
        for synset, lenders in substitutes.items()
        for position, substitute in enumerate(lenders)
    ]
    if rows:
        connection.execute(insert(Substitute), rows)
