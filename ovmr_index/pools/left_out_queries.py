"""Why candidates of the steps of a recipe are no exemplars: queries of reasons and of counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, null, select, union_all

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PoolEntry
from ovmr_index.pools.candidate_queries import (
    Found,
    Reason,
    StepSources,
    found_by,
    with_several_synsets,
)
from ovmr_index.pools.collation_queries import categories_of, is_excluded
from ovmr_index.pools.leaks import val_images
from ovmr_index.pools.recipe import Step
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


def left_out(
    vocabulary_pk: int,
    collation_pk: int,
    steps: Sequence[tuple[Step, StepSources]],
    *,
    exclude_val: bool = False,
    category_pks: Sequence[int] | None = None,
) -> Query:
    """Return why candidates of the steps are no exemplars of the pools that were made by them.

    Columns: category id, its synset, dataset, `Reason`, number of candidates; in this order. Of
    all categories if none are given.
    """
    parts = [
        rows
        for step, sources in steps
        for rows in _reasons(vocabulary_pk, collation_pk, step, sources, category_pks)
    ]
    found = union_all(*parts).subquery("found")
    reason: ColumnElement[str | None] = found.c.reason
    if exclude_val:
        reason = case(
            (reason.is_not(None), reason),
            (found.c.image_pk.in_(val_images()), Reason.VAL_IMAGE.value),
        )
    why = select(found.c.category_pk, found.c.dataset_pk, reason.label("reason")).subquery("why")
    columns = (Category.c.key, category_synset(), Dataset.c.name, why.c.reason)
    return (
        select(*columns, func.count())
        .select_from(why)
        .join(Category, Category.c.pk == why.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Dataset, Dataset.c.pk == why.c.dataset_pk)
        .where(why.c.reason.is_not(None))
        .group_by(*columns)
        .order_by(*columns)
    )


def images_left_by_name(
    vocabulary_pk: int, collation_pk: int, steps: Sequence[tuple[Step, StepSources]]
) -> Select[int]:
    """Return how many images steps that take images leave for their file names alone."""
    only = Reason.FILE_NAME
    found = union_all(
        *(row for of in steps for row in _reasons(vocabulary_pk, collation_pk, *of, None, only))
    ).subquery("found")
    is_left = found.c.reason == Reason.FILE_NAME.value
    return select(func.count(found.c.image_pk.distinct())).where(is_left)


def images_left_by_class(
    vocabulary_pk: int, collation_pk: int, steps: Sequence[tuple[Step, StepSources]]
) -> Query:
    """Return how many images steps leave in folders of train that the small classes have too.

    Columns: the path of the folder, and the number of its images; in this order.
    """
    found = union_all(
        *(row for of in steps for row in _reasons(vocabulary_pk, collation_pk, *of, None))
    ).subquery("found")
    return (
        select(Folder.c.path, func.count(found.c.image_pk.distinct()))
        .select_from(found)
        .join(Image, Image.c.pk == found.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .where(found.c.reason == Reason.SMALL_CLASS.value)
        .group_by(Folder.c.path)
        .order_by(Folder.c.path)
    )


def _reasons(
    vocabulary_pk: int,
    collation_pk: int,
    step: Step,
    sources: StepSources,
    category_pks: Sequence[int] | None,
    only: Reason | None = None,
) -> list[Select[Any]]:
    """Return what a step finds, with the reason for which it is no exemplar, if any.

    With `only` what that keeps out of the pools, whether another reason comes before it or not.
    """
    found, synset_pk, own_vocabulary_pk = categories_of(vocabulary_pk, collation_pk, step)
    if category_pks is not None:
        found = found.where(Category.c.pk.in_(category_pks))
    parts = found_by(found, synset_pk, step, sources, own_vocabulary_pk)
    parts += with_several_synsets(found, synset_pk, step, sources)
    if only is not None:
        parts = [one._replace(query=one.query.where(one.obstacles[only])) for one in parts]
    of_step: dict[Reason, ColumnElement[bool]] = {}
    if step.never:
        of_step[Reason.EXCLUDED] = is_excluded(step)
    if step.below is not None:
        of_step[Reason.ENOUGH] = _has_enough(step)
    return [_with_reason(one._replace(obstacles={**of_step, **one.obstacles})) for one in parts]


def _with_reason(found: Found) -> Select[Any]:
    whens = [(condition, reason.value) for reason, condition in found.obstacles.items()]
    rows = found.query.add_columns(
        (case(*whens, else_=null()) if whens else null()).label("reason")
    ).subquery()
    return select(*(rows.c[name] for name in ("category_pk", "dataset_pk", "image_pk", "reason")))


def _has_enough(step: Step) -> ColumnElement[bool]:
    """Whether a category had enough exemplars before a step, and so has none by it."""
    of_step = (Dataset.c.name == step.dataset) & (PoolEntry.c.substitute == 0)
    full = (
        select(PoolEntry.c.category_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .group_by(PoolEntry.c.category_pk)
        .having(func.count() >= step.below, func.count().filter(of_step) == 0)
    )
    return Category.c.pk.in_(full)
