"""Queries of marks, and of the steps in which they were made."""

from sqlalchemy import ColumnElement, Select, func, select

from ovmr_index.curation.mark import ExemplarKey
from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import ByCodePoints
from ovmr_index.db.models import ExemplarMark, MarkChange, MarkStep


def marks() -> Query:
    """Return the pk of every mark, then the fields of `Mark` up to `rank`.

    By vocabulary and category; pins first, in the order pinned, then by source, file and box.
    """
    mark = ExemplarMark.c
    return select(
        mark.pk,
        mark.kind,
        mark.vocabulary,
        mark.category_key,
        mark.category_name,
        mark.category_synset,
        mark.source,
        mark.file_name,
        mark.region_key,
        mark.note,
        mark.author,
        mark.marked_at,
        mark.position,
    ).order_by(
        ByCodePoints(mark.vocabulary),
        mark.category_key,
        mark.kind.desc(),
        mark.position.nulls_first(),
        ByCodePoints(mark.source),
        ByCodePoints(mark.file_name),
        mark.region_key.nulls_first(),
    )


def at_key(key: ExemplarKey) -> ColumnElement[bool]:
    """Return the condition that a mark is of this exemplar."""
    mark = ExemplarMark.c
    return (
        (mark.vocabulary == key.vocabulary)
        & (mark.category_key == key.category_id)
        & (mark.source == key.source)
        & (mark.file_name == key.file_name)
        & (func.coalesce(mark.region_key, -1) == (-1 if key.region_id is None else key.region_id))
    )


def last_pin(vocabulary: str, category_id: int) -> Select[int | None]:
    """Return the greatest place of a pin of the category."""
    return select(func.max(ExemplarMark.c.position)).where(
        ExemplarMark.c.vocabulary == vocabulary, ExemplarMark.c.category_key == category_id
    )


def last_step(author: str | None) -> Query:
    """Return (pk, kind) of the last step that was not taken back, of anybody or of an author."""
    undo = MarkStep.alias("undo")
    is_undone = select(undo.c.pk).where(undo.c.undoes_pk == MarkStep.c.pk).exists()
    found = select(MarkStep.c.pk, MarkStep.c.kind).where(MarkStep.c.kind != "undo", ~is_undone)
    if author is not None:
        found = found.where(MarkStep.c.author == author)
    return found.order_by(MarkStep.c.pk.desc()).limit(1)


def changes_of(step_pk: int) -> Query:
    """Return (before, after) of each change of a step, in its order."""
    return (
        select(MarkChange.c.before, MarkChange.c.after)
        .where(MarkChange.c.step_pk == step_pk)
        .order_by(MarkChange.c.position)
    )


def changes_since(step_pk: int) -> Query:
    """Return (step, author, before, after) of the changes of later steps, in their order."""
    return (
        select(MarkStep.c.pk, MarkStep.c.author, MarkChange.c.before, MarkChange.c.after)
        .join(MarkChange, MarkChange.c.step_pk == MarkStep.c.pk)
        .where(MarkStep.c.pk > step_pk)
        .order_by(MarkStep.c.pk, MarkChange.c.position)
    )
