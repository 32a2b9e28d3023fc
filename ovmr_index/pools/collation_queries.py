"""The pool of exemplars of each category: each step of a recipe is a query of candidates."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Region,
    Source,
    Substitute,
    Synset,
    Vocabulary,
)
from ovmr_index.pools.candidate_queries import (
    Found,
    StepSources,
    found_by,
)
from ovmr_index.pools.coverage_queries import held
from ovmr_index.pools.leaks import not_of_val
from ovmr_index.pools.recipe import Step

Candidates = Query | CompoundSelect[*tuple[Any, ...]]


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


def categories_of(
    vocabulary_pk: int, collation_pk: int, step: Step
) -> tuple[Query, SQLColumnExpression[int | None], int | None]:
    """Return the categories that a step is for, the synset of each, and whose boxes are theirs."""
    if step.of == "substitutes":
        return *_of_substitutes(vocabulary_pk, collation_pk), None
    return *_of_categories(vocabulary_pk), vocabulary_pk


def _of_categories(vocabulary_pk: int) -> tuple[Query, ColumnElement[Any]]:
    """Return the categories, and the row number of the synset of each, if need be of its name."""
    named = Synset.alias("named")
    unlabelled = case((Category.c.synset_pk.is_(None), Category.c.name))  # others look up nothing
    synset_pk = func.coalesce(Category.c.synset_pk, named.c.pk)
    found = (
        select(
            Category.c.pk.label("category_pk"),
            synset_pk.label("synset_pk"),
            literal(0).label("substitute"),
            literal(0).label("turn"),
        )
        .select_from(Category)
        .outerjoin(named, named.c.name == unlabelled)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
    )
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


def names_without_synset(vocabulary_pk: int) -> Select[str]:
    """Return the names of categories without a synset which are not the name of a synset."""
    return (
        select(Category.c.name)
        .outerjoin(Synset, Synset.c.name == Category.c.name)
        .where(
            Category.c.vocabulary_pk == vocabulary_pk,
            Category.c.synset_pk.is_(None),
            Synset.c.pk.is_(None),
        )
        .distinct()
        .order_by(Category.c.name)
    )


def span_of_boxes(vocabulary_pk: int) -> Query:
    """Return the first and the last row number of a vocabulary's boxes, and how many there are."""
    return (
        select(func.min(Region.c.pk), func.max(Region.c.pk), func.count())
        .join(Category, Category.c.pk == Region.c.category_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
    )
