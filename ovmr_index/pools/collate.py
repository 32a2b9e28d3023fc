"""Make the pools: the steps of the rules one after the other, in one transaction."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import aliased

from ovmr_index.db import statistics
from ovmr_index.db.computed import clear_pools
from ovmr_index.db.models import (
    Category,
    Collation,
    Dataset,
    Source,
    Substitute,
    Synset,
    Vocabulary,
)
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.pools.collation_queries import StepSources, append_step, candidates, step_sources
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.recipe import Recipe, Step, decode_recipe, encode_recipe, published_steps
from ovmr_index.vocabularies.vocabularies import find_vocabulary

IMAGE_TREES = ("folder", "imagenet")  # formats whose pictures are labelled as a whole

Substitutes = Mapping[str, Sequence[str]]


def published_substitutes() -> dict[str, list[str]]:
    """Return the substitutes that OVMR's authors chose by hand for 43 categories."""
    text = resources.files("ovmr_index").joinpath("data", "published_substitutes.json").read_text()
    substitutes: dict[str, list[str]] = json.loads(text)
    return substitutes


def collate(
    session: Session,
    vocabulary_pk: int,
    recipe: Recipe,
    substitutes: Substitutes,
) -> None:
    """Make the pools of a vocabulary anew, and keep with them how they were made.

    Raises MissingSourceError where LVIS val is to be left out and the index does not hold it.
    """
    with session.write(bulk=True) as connection:
        if recipe.exclude_val:
            require_val(connection)
        clear_pools(connection, vocabulary_pk)
        collation_pk = _describe(connection, vocabulary_pk, recipe)
        _keep_substitutes(connection, collation_pk, substitutes)
        _name_synsets(connection, vocabulary_pk)
        todo = recipe.all_steps(vocabulary_step(connection, vocabulary_pk))
        with session.progress("collate", len(todo), "steps") as advance:
            for step in todo:
                sources = sources_of(connection, step)
                if sources.source_pks:
                    found = candidates(
                        vocabulary_pk, collation_pk, step, sources, exclude_val=recipe.exclude_val
                    )
                    connection.execute(append_step(found))
                advance(1)
        statistics.refresh(connection)


def vocabulary_step(connection: Connection, vocabulary_pk: int) -> Step | None:
    """Return the step that takes from the dataset that a vocabulary came with, None without one.

    Boxes are those of the vocabulary's own split: another one may be what is tested on.
    """
    query = (
        select(Dataset.name, Source.split, Source.format)
        .join(Source, Source.dataset_pk == Dataset.pk)
        .join(Vocabulary, Vocabulary.source_pk == Source.pk)
        .where(Vocabulary.pk == vocabulary_pk)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.format in IMAGE_TREES:
        return Step(take="pictures", dataset=row.name)
    splits = None if row.split is None else (row.split,)
    return Step(take="boxes", dataset=row.name, splits=splits, area_over=0)


def check_datasets(connection: Connection, where: str, steps: Sequence[Step]) -> None:
    """Raise OvmrIndexError for a step whose dataset is neither in the index nor a published one."""
    there = set(connection.execute(select(Dataset.name)).scalars())
    for number, step in enumerate(steps):
        if step.dataset not in there | {published.dataset for published in published_steps()}:
            raise OvmrIndexError(
                f"{where}: steps[{number}]: the index holds no dataset {step.dataset!r}, but"
                f" {', '.join(sorted(there))}; mend the file or ingest the dataset"
            )


def source_generations(connection: Connection) -> str:
    """Return the state of all sources, by which a pool is known to be stale."""
    rows = connection.execute(select(Source.name, Source.generation).order_by(Source.name))
    return json.dumps(dict(rows.all()))


def kept_recipe(connection: Connection, vocabulary_pk: int) -> tuple[Recipe, dict[str, list[str]]]:
    """Return the recipe and the substitutes of the last collation, the published ones at first."""
    row = connection.execute(
        select(
            Collation.pk, Collation.min_area, Collation.enough, Collation.few, Collation.rules
        ).where(Collation.vocabulary_pk == vocabulary_pk)
    ).one_or_none()
    if row is None:
        return Recipe(), published_substitutes()
    lender = aliased(Synset)
    query = (
        select(Synset.name, lender.name)
        .join(Substitute, Substitute.synset_pk == Synset.pk)
        .join(lender, lender.pk == Substitute.substitute_pk)
        .where(Substitute.collation_pk == row.pk)
        .order_by(Synset.name, Substitute.position)
    )
    substitutes: dict[str, list[str]] = {}
    for synset, substitute in connection.execute(query):
        substitutes.setdefault(synset, []).append(substitute)
    recipe = decode_recipe(row.min_area, row.enough, row.few, row.rules)
    return recipe, substitutes


def is_stale(connection: Connection, vocabulary_pk: int) -> bool:
    """Tell whether a source has changed since the pools were made, or there are none."""
    query = select(Collation.generations).where(Collation.vocabulary_pk == vocabulary_pk)
    return connection.execute(query).scalar() != source_generations(connection)


def read_substitutes(path: Path) -> dict[str, list[str]]:
    """Return substitutes from a JSON file: an object from synset to a list of synsets.

    Raises OvmrIndexError where the file cannot be read or is another kind of JSON.
    """
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        problem = os_reason(error)
        raise OvmrIndexError(f"{path}: {problem}; check the path") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        problem = f"is no object from synset to list of synsets: {error}"
        raise OvmrIndexError(f"{path}: {problem}; mend the file") from None


def sources_of(connection: Connection, step: Step) -> StepSources:
    """Return what the index holds of a step's dataset."""
    rows = connection.execute(step_sources(step)).all()
    return StepSources(
        source_pks=[row for row, _, _ in rows],
        vocabulary_pks=[row for _, row, _ in rows if row is not None],
        crowds=any(name == "coco" for _, _, name in rows),
    )


def _name_synsets(connection: Connection, vocabulary_pk: int) -> None:
    """Give categories without a synset one of their name: a pool says what it was found under."""
    unnamed = (
        select(Category.name)
        .outerjoin(Synset, Synset.name == Category.name)
        .where(
            Category.vocabulary_pk == vocabulary_pk,
            Category.synset_pk.is_(None),
            Synset.pk.is_(None),
        )
        .distinct()
        .order_by(Category.name)
    )
    connection.execute(insert(Synset).from_select(["name"], unnamed))


def _describe(connection: Connection, vocabulary_pk: int, recipe: Recipe) -> int:
    made = insert(Collation).values(
        vocabulary_pk=vocabulary_pk,
        min_area=recipe.min_area,
        enough=recipe.enough,
        few=recipe.few,
        generations=source_generations(connection),
        rules=encode_recipe(recipe),
    )
    return connection.execute(made.returning(Collation.pk)).scalar_one()


def _keep_substitutes(connection: Connection, collation_pk: int, substitutes: Substitutes) -> None:
    """Store the substitutes; a synset that nothing else names gets a row without a wnid."""
    names = {*substitutes, *(name for names in substitutes.values() for name in names)}
    query = select(Synset.name, Synset.pk).where(Synset.name.in_(names))
    ids = dict(connection.execute(query).all())
    for name in sorted(names - ids.keys()):
        made = insert(Synset).values(name=name).returning(Synset.pk)
        ids[name] = connection.execute(made).scalar_one()
    rows = [
        {
            "collation_pk": collation_pk,
            "synset_pk": ids[synset],
            "position": position,
            "substitute_pk": ids[substitute],
        }
        for synset, lenders in substitutes.items()
        for position, substitute in enumerate(lenders)
    ]
    if rows:
        connection.execute(insert(Substitute), rows)


def ensure_collated(session: Session, vocabulary: str) -> int:
    """Return the row of a vocabulary, its pools made again if they are stale."""
    with session.read() as connection:
        vocabulary_pk = find_vocabulary(connection, vocabulary)
        stale = is_stale(connection, vocabulary_pk)
        recipe, substitutes = kept_recipe(connection, vocabulary_pk)
    if stale:
        collate(session, vocabulary_pk, recipe, substitutes)
    return vocabulary_pk


@contextmanager
def collated(session: Session, vocabulary: str) -> Iterator[tuple[Connection, int]]:
    """Open a connection on pools of a vocabulary that are not stale."""
    vocabulary_pk = ensure_collated(session, vocabulary)
    with session.read() as connection:
        yield connection, vocabulary_pk
