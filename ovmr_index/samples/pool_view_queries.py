"""The pool of one category, filtered and in an order to look at it."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, true

from ovmr_index.curation.marked_queries import is_marked
from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import Joined
from ovmr_index.db.models import (
    Category,
    Dataset,
    Image,
    PoolEntry,
    Region,
    Sample,
    SamplePick,
    Source,
    Vocabulary,
)
from ovmr_index.images.locations import join_path
from ovmr_index.pools.exemplar_queries import entry_rows
from ovmr_index.samples.drawn_queries import DRAWN, at_pool
from ovmr_index.samples.view_options import ViewOptions

_ORDERS: dict[str, list[ColumnElement[Any]]] = {
    "pool": [],
    "largest": [PoolEntry.c.weight.desc()],
    "smallest": [PoolEntry.c.weight],
}


def viewed_entries(category_pk: int, options: ViewOptions, *, has_marks: bool) -> Query:
    """Return the `ExemplarRow`s that are looked at, in their order.

    Each is followed by its position, the name of its source, 1 where it came from a substitute, and
    the names of the samples that hold it, a line each. With `has_marks` those of the vocabulary are
    in the table `MARKED`.
    """
    entries = _viewed(_entries(category_pk), category_pk, options, has_marks=has_marks)
    return entries.order_by(*_ORDERS[options.order], PoolEntry.c.position)


def drawn_of(category_pk: int) -> Query:
    """Return what `viewed_entries` does of the exemplars in `DRAWN` of a category, as drawn."""
    entries = _entries(category_pk).join(DRAWN, at_pool())
    return entries.where(PoolEntry.c.category_pk == category_pk).order_by(DRAWN.c.rank)


def viewed_count(category_pk: int, options: ViewOptions, *, has_marks: bool) -> Select[int]:
    """Return how many exemplars are looked at."""
    entries = entry_rows().with_only_columns(func.count())
    return _viewed(entries, category_pk, options, has_marks=has_marks)


def sample_names(vocabulary_pk: int) -> Select[str]:
    """Return the names of the samples of a vocabulary, in order."""
    of = select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk).scalar_subquery()
    return select(Sample.c.name).where(Sample.c.vocabulary == of).order_by(Sample.c.name)


def _entries(category_pk: int) -> Query:
    """Return entries of the pools, with the names of the samples that hold them for a category."""
    picks = _picks(category_pk).subquery("picks")
    held = select(Joined(picks.c.sample, literal("\n"))).where(
        picks.c.dataset == Dataset.c.name,
        picks.c.file_name == Image.c.file_name,
        picks.c.region_id.is_not_distinct_from(Region.c.key),
    )
    return entry_rows(location=True).add_columns(
        PoolEntry.c.position,
        Source.c.name.label("source"),
        PoolEntry.c.substitute,
        held.correlate_except(picks).scalar_subquery().label("samples"),
    )


def _viewed(entries: Query, category_pk: int, options: ViewOptions, *, has_marks: bool) -> Query:
    """Leave those of a pool that an option does not."""
    found = entries.where(PoolEntry.c.category_pk == category_pk)
    if options.datasets:
        found = found.where(Dataset.c.name.in_(options.datasets))
    if options.least_weight is not None:
        found = found.where(PoolEntry.c.weight >= options.least_weight)
    if options.most_weight is not None:
        found = found.where(PoolEntry.c.weight <= options.most_weight)
    if options.least_side is not None:
        found = found.where(_is_long(options.least_side))
    if options.mark:
        found = found.where(_has_mark(options.mark, has_marks=has_marks))
    if options.sample is not None:
        picks = _picks(category_pk).where(Sample.c.name == options.sample).subquery("picked")
        found = found.where(
            select(picks.c.sample)
            .where(picks.c.dataset == Dataset.c.name, picks.c.file_name == Image.c.file_name)
            .where(picks.c.region_id.is_not_distinct_from(Region.c.key))
            .correlate_except(picks)
            .exists()
        )
    return found


def _has_mark(mark: str, *, has_marks: bool) -> ColumnElement[bool]:
    """Return the condition that an entry is marked so, or not at all."""
    if not has_marks:
        return true() if mark == "none" else false()
    return ~is_marked() if mark == "none" else is_marked(mark)


def _is_long(side: float) -> ColumnElement[bool]:
    """Return whether both sides of a box are that long; a whole image passes, as in a draw."""
    return or_(Region.c.pk.is_(None), (Region.c.w >= side) & (Region.c.h >= side))


def _picks(category_pk: int) -> Query:
    """Return (sample, dataset, file name, region id or null) of the picks for a category."""
    return (
        select(
            Sample.c.name.label("sample"),
            SamplePick.c.dataset,
            join_path(SamplePick.c.folder, SamplePick.c.name).label("file_name"),
            SamplePick.c.region_key.label("region_id"),
        )
        .select_from(Category)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .join(Sample, Sample.c.vocabulary == Vocabulary.c.name)
        .join(
            SamplePick,
            (SamplePick.c.sample_pk == Sample.c.pk) & (SamplePick.c.category_key == Category.c.key),
        )
        .where(Category.c.pk == category_pk)
    )
