"""Make the pools: the steps of the recipe one after the other, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from ovmr_index.db import statistics
from ovmr_index.db.computed import delete_pools
from ovmr_index.db.models import (
    Dataset,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.db.session import Session
from ovmr_index.formats.table import format_of
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.collation_queries import (
    candidates,
    names_without_synset,
    span_of_boxes,
    step_sources,
)
from ovmr_index.pools.filling import AnyFilling, Filling
from ovmr_index.pools.leaks import require_val
from ovmr_index.pools.recipe import Recipe, Step
from ovmr_index.pools.stored_recipe import is_stale, store_recipe, stored_recipe
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_SPAN_PER_BOX = 4


def collate(
    session: Session, vocabulary_pk: int, recipe: Recipe, *, only_stale: bool = False
) -> None:
    """Make the pools of a vocabulary again, and store the recipe with them.

    With `only_stale` nothing is done where another process has made them while it was waited for.

    Raises:
        MissingSourceError: LVIS val is to be left out, and the index does not hold it.
    """
    with session.write(bulk=True) as connection:
        if only_stale and not is_stale(connection, vocabulary_pk):
            return
        if recipe.exclude_val:
            require_val(connection, session.root)
        delete_pools(connection, vocabulary_pk)
        collation_pk = store_recipe(connection, vocabulary_pk, recipe)
        # A pool says what it was found under.
        connection.execute(
            insert(Synset).from_select(["name"], names_without_synset(vocabulary_pk))
        )
        fill_pools(connection, vocabulary_pk, collation_pk, recipe, session.progress)
        statistics.refresh(connection)


def fill_pools(
    connection: Connection,
    vocabulary_pk: int,
    collation_pk: int,
    recipe: Recipe,
    progress: Progress,
    filling: AnyFilling | None = None,
) -> None:
    """Fill the pools of a vocabulary, which are empty, by the steps of the recipe in turn.

    `filling` is how, for an engine that is not the index's own.

    Raises DamagedError for a box by which nothing can be drawn.
    """
    todo = recipe.all_steps(vocabulary_step(connection, vocabulary_pk))
    filling = filling or Filling(connection)
    with progress("collate", len(todo), "steps") as advance:
        for number, step in enumerate(todo):
            sources = sources_of(connection, step)
            if filling.reads_in_order:
                sources = _with_span(connection, vocabulary_pk, step, sources)
            again = any(map(step.may_repeat, todo[:number]))
            if step.below is not None or again:
                filling.append()  # it asks what the pools hold
            if sources.source_pks:
                found = candidates(
                    vocabulary_pk, collation_pk, step, sources, exclude_val=recipe.exclude_val
                )
                filling.find(step, sources, found, but_held=again)
            advance(1)
        filling.append()


def _with_span(
    connection: Connection, vocabulary_pk: int, step: Step, sources: StepSources
) -> StepSources:
    """Have the boxes of the vocabulary itself read in a row, where few others are among them.

    A box that is found by its category takes as long as eight that are read in a row.
    """
    takes_own = step.of == "category" and vocabulary_pk in sources.vocabulary_pks
    if step.take != "boxes" or not takes_own or step.below is not None:
        return sources
    first, last, count = connection.execute(span_of_boxes(vocabulary_pk)).one()
    is_dense = count > 0 and last - first < count * _SPAN_PER_BOX
    return replace(sources, span=(first, last)) if is_dense else sources


def vocabulary_step(connection: Connection, vocabulary_pk: int) -> Step | None:
    """Return the step that takes from the dataset that a vocabulary came with, None without one.

    Boxes are those of the vocabulary's split: a detector may be tested on another one.
    """
    query = (
        select(Dataset.c.name, Source.c.split, Source.c.format)
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
        .join(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .where(Vocabulary.c.pk == vocabulary_pk)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if format_of(row.format).is_tree:
        return Step(take="pictures", dataset=row.name)
    splits = None if row.split is None else (row.split,)
    return Step(take="boxes", dataset=row.name, splits=splits, area_over=0)


def sources_of(connection: Connection, step: Step) -> StepSources:
    """Return what the index holds of a step's dataset."""
    rows = connection.execute(step_sources(step)).all()
    return StepSources(
        source_pks=[row for row, _, _ in rows],
        vocabulary_pks=[row for _, row, _ in rows if row is not None],
        crowds=any(format_of(name).has_crowds for _, _, name in rows),
    )


def ensure_collated(session: Session, vocabulary: str) -> int:
    """Return the row number of a vocabulary, its pools made again if they are stale."""
    with collated(session, vocabulary) as (_, vocabulary_pk):
        return vocabulary_pk


@contextmanager
def collated(session: Session, vocabulary: str) -> Iterator[tuple[Connection, int]]:
    """Open a connection on pools of a vocabulary that are not stale: they are made first if so."""
    with session.read() as connection:
        vocabulary_pk = find_vocabulary(connection, vocabulary, session.root)
        if not is_stale(connection, vocabulary_pk):
            yield connection, vocabulary_pk
            return
        recipe = stored_recipe(connection, vocabulary_pk)
    collate(session, vocabulary_pk, recipe, only_stale=True)
    with session.read() as connection:
        yield connection, vocabulary_pk
