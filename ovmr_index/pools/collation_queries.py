"""The pool of exemplars of each category: each step of a recipe is a query of candidates.

`put_found` puts the candidates of a step into `FOUND` in the order of the pools, and `append_run`
those of one category from there to the end of its pool.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Insert,
    MetaData,
    Select,
    SQLColumnExpression,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    DOUBLE,
    WHOLE,
    Category,
    Dataset,
    PoolEntry,
    Region,
    Source,
    Substitute,
    Synset,
    Vocabulary,
)
from ovmr_index.formats.records import LARGEST_WEIGHT
from ovmr_index.pools.candidate_queries import (
    Found,
    StepSources,
    found_by,
)
from ovmr_index.pools.coverage_queries import held
from ovmr_index.pools.leaks import not_of_val
from ovmr_index.pools.recipe import Step

Candidates = Query | CompoundSelect[*tuple[Any, ...]]

_FOUND_COLUMNS = (
    "category_pk",
    "dataset_pk",
    "image_pk",
    "region_pk",
    "synset_pk",
    "substitute",
    "weight",
)
FOUND = Table(
    "tmp_found",
    MetaData(),
    Column("pk", WHOLE, primary_key=True),
    *(Column(name, WHOLE) for name in _FOUND_COLUMNS[:-1]),
    Column(_FOUND_COLUMNS[-1], DOUBLE),
    prefixes=["TEMPORARY"],
)


def step_sources(step: Step) -> Query:
    """Return row numbers of source and vocabulary, and format, of what a step takes from."""
    query = (
        select(Source.c.pk, Vocabulary.c.pk, Source.c.format)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .where(Dataset.c.name == step.dataset)
        .order_by(Source.c.pk)
    )
    if step.take == "boxes" and step.splits is not None:
        return query.where(Source.c.split.in_(step.splits))
    return query


def candidates(
    vocabulary_pk: int,
    collation_pk: int,
    step: Step,
    sources: StepSources,
    *,
    exclude_val: bool = False,
) -> Candidates:
    """Return what a step finds for the categories of a vocabulary."""
    found, synset_pk, own_vocabulary_pk = categories_of(vocabulary_pk, collation_pk, step)
    if step.never:
        found = found.where(~is_excluded(step))
    if step.below is not None:
        found = found.where(held() < step.below)
    parts = found_by(found, synset_pk, step, sources, own_vocabulary_pk)
    return _exemplars(parts, exclude_val=exclude_val)


def is_excluded(step: Step) -> ColumnElement[bool]:
    """Whether the recipe excludes a category from a step, by its synset or else by its name."""
    named = or_(Synset.c.name.in_(step.never), Synset.c.wnid.in_(step.never))
    by_synset = Category.c.synset_pk.in_(select(Synset.c.pk).where(named))
    by_name = Category.c.name.in_(step.never)
    return case((Category.c.synset_pk.is_(None), by_name), else_=by_synset)


def substitute_counts(
    synsets: Subquery, step: Step, sources: StepSources, *, exclude_val: bool = False
) -> Query:
    """Return (synset's row number, exemplars) that a step would take from each as a substitute.

    `synsets` has a column `synset_pk`; those without any exemplar are left out.
    """
    each = select(synsets.c.synset_pk.label("synset_pk"))
    parts = found_by(each, synsets.c.synset_pk, step, sources)
    rows = _exemplars(parts, exclude_val=exclude_val).subquery("found")
    return select(rows.c.synset_pk, func.count()).group_by(rows.c.synset_pk).order_by("synset_pk")


def put_found(step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> Insert:
    """Return the statement that puts what a step finds into `FOUND`, in the order of the pools.

    With `but_held` those are left out that the pool of their category holds already.
    """
    rows = found.subquery("found")
    if but_held:
        rows = _not_held(rows)
    order = (rows.c[name] for name in _order(step, sources))
    columns = [rows.c[name] for name in _FOUND_COLUMNS]
    return insert(FOUND).from_select(
        _FOUND_COLUMNS, select(*columns).order_by(rows.c.category_pk, *order)
    )


def _order(step: Step, sources: StepSources) -> list[str]:
    """Return the columns of candidates that tell those of a category apart, in their order.

    What all of them have in common is not sorted by: that takes a quarter more time.
    """
    turn = ["turn"] if step.of == "substitutes" else []
    if step.take == "pictures":
        return [*turn, "name", "beside"]
    return [*turn, *(["name"] if len(sources.source_pks) > 1 else []), "place"]


def append_run() -> Insert:
    """Return the statement that appends rows of `FOUND`, all of one category, to its pool.

    Values: `first` and `last`, the row numbers; `shift`, the position of a row less its number.
    """
    positions = (FOUND.c.pk + bindparam("shift")).label("position")
    others = [FOUND.c[name] for name in _FOUND_COLUMNS if name != "category_pk"]
    rows = (
        select(FOUND.c.category_pk, positions, *others)
        .where(FOUND.c.pk.between(bindparam("first"), bindparam("last")))
        .order_by(FOUND.c.pk)
    )
    return insert(PoolEntry).from_select(rows.selected_columns.keys(), rows)


def _not_held(found: Subquery) -> Subquery:
    """Return the candidates that the pool of their category does not hold.

    By a join, which reads that one pool for a candidate: `NOT IN` reads all of them.
    """
    entries = select(
        PoolEntry.c.category_pk,
        PoolEntry.c.image_pk,
        func.coalesce(PoolEntry.c.region_pk, -1).label("region_pk"),
    ).subquery("held")
    is_held = and_(
        entries.c.category_pk == found.c.category_pk,
        entries.c.image_pk == found.c.image_pk,
        entries.c.region_pk == func.coalesce(found.c.region_pk, -1),
    )
    others = select(found).outerjoin(entries, is_held).where(entries.c.category_pk.is_(None))
    return others.subquery("new")


def categories_of(
    vocabulary_pk: int, collation_pk: int, step: Step
) -> tuple[Query, SQLColumnExpression[int | None], int | None]:
    """Return the categories that a step is for, the synset of each, and whose boxes are theirs."""
    if step.of == "substitutes":
        return *_of_substitutes(vocabulary_pk, collation_pk), None
    return *_of_categories(vocabulary_pk), vocabulary_pk


def _of_categories(vocabulary_pk: int) -> tuple[Query, ColumnElement[Any]]:
    """Return the categories, and the row number of the synset of each, if need be of its name."""
    named = select(Synset.c.pk).where(Synset.c.name == Category.c.name).scalar_subquery()
    synset_pk = func.coalesce(Category.c.synset_pk, named)
    found = select(
        Category.c.pk.label("category_pk"),
        synset_pk.label("synset_pk"),
        literal(0).label("substitute"),
        literal(0).label("turn"),
    )
    found = found.select_from(Category).where(Category.c.vocabulary_pk == vocabulary_pk)
    return found, synset_pk


def _of_substitutes(
    vocabulary_pk: int, collation_pk: int
) -> tuple[Query, SQLColumnExpression[int | None]]:
    """Return the categories with each of their substitutes, and the row number of its synset."""
    found = (
        select(
            Category.c.pk.label("category_pk"),
            Substitute.c.substitute_pk.label("synset_pk"),
            literal(1).label("substitute"),
            Substitute.c.position.label("turn"),
        )
        .select_from(Category)
        .join(Substitute, Substitute.c.synset_pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Substitute.c.collation_pk == collation_pk)
    )
    return found, Substitute.c.substitute_pk


def _exemplars(found: list[Found], *, exclude_val: bool) -> Candidates:
    """Return what has no obstacle; with `exclude_val` what LVIS val does not show."""
    parts = [one.exemplars() for one in found]
    joined = parts[0] if len(parts) == 1 else union_all(*parts)
    if not exclude_val:
        return joined
    rows = joined.subquery("joined")
    return select(rows).where(not_of_val(rows.c.image_pk))


def span_of_boxes(vocabulary_pk: int) -> Query:
    """Return the first and the last row number of a vocabulary's boxes, and how many there are."""
    of_category = select(func.count()).where(Region.c.category_pk == Category.c.pk)
    first, last, count = (
        of_category.with_only_columns(one).scalar_subquery()
        for one in (func.min(Region.c.pk), func.max(Region.c.pk), func.count())
    )
    query = select(func.min(first), func.max(last), func.coalesce(func.sum(count), 0))
    return query.select_from(Category).where(Category.c.vocabulary_pk == vocabulary_pk)


def last_found() -> Select[int]:
    """Return the row number of the last row of `FOUND`, 0 without one."""
    return select(func.coalesce(func.max(FOUND.c.pk), 0))


def found_category() -> Select[int]:
    """Return the category (pk) of a row of `FOUND`, whose number is the parameter `row`."""
    return select(FOUND.c.category_pk).where(FOUND.c.pk == bindparam("row"))


def found_runs() -> Query:
    """Return (category pk, first and last row number) of the rows of `FOUND`, in their order.

    Only of those from row number `first` on.
    """
    first = func.min(FOUND.c.pk)
    return (
        select(FOUND.c.category_pk, first, func.max(FOUND.c.pk))
        .where(FOUND.c.pk >= bindparam("first"))
        .group_by(FOUND.c.category_pk)
        .order_by(first)
    )


def box_of_no_file() -> Select[int | None]:
    """Return the box of an exemplar in `FOUND` whose weight none can have, if there is one.

    Only of those from row number `first` on.
    """
    too_large = func.abs(FOUND.c.weight) > float(LARGEST_WEIGHT)
    return select(FOUND.c.region_pk).where(FOUND.c.pk >= bindparam("first"), too_large).limit(1)
