"""The pool of exemplars of each category: each step of a recipe is a query of candidates.

`append_step` gives the candidates the positions behind those that the pool of their category holds
already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Insert,
    SQLColumnExpression,
    Subquery,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    Source,
    Substitute,
    Synset,
    Vocabulary,
)
from ovmr_index.formats.table import FORMATS
from ovmr_index.pools.leaks import not_of_val
from ovmr_index.pools.recipe import Step

IMAGE_WEIGHT = 10_000.0
SMALL_CLASSES = "imagenet21k_small_classes"
TRAIN = "train"

Candidates = Query | CompoundSelect[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class StepSources:
    """What the index holds of a step's dataset: row numbers of sources and of their vocabularies.

    With `crowds` boxes of crowds may be among them, and are left out.
    """

    source_pks: Sequence[int]
    vocabulary_pks: Sequence[int]
    crowds: bool


def step_sources(step: Step) -> Query:
    """Return row numbers of source and vocabulary, and format, of what a step takes from."""
    query = (
        select(Source.pk, Vocabulary.pk, Source.format)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .outerjoin(Vocabulary, Vocabulary.source_pk == Source.pk)
        .where(Dataset.name == step.dataset)
        .order_by(Source.pk)
    )
    if step.take == "boxes" and step.splits is not None:
        return query.where(Source.split.in_(step.splits))
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
    own_vocabulary_pk = None
    if step.of == "substitutes":
        found, synset_pk = _of_substitutes(vocabulary_pk, collation_pk)
    else:
        found, synset_pk = _of_categories(vocabulary_pk)
        own_vocabulary_pk = vocabulary_pk
    if step.never:
        names = select(Synset.pk).where(Synset.name.in_(step.never))
        found = found.where(Category.synset_pk.not_in(names))
    if step.below is not None:
        found = found.where(_held() < step.below)
    return _join_exemplars(
        found, synset_pk, step, sources, own_vocabulary_pk, exclude_val=exclude_val
    )


def substitute_counts(
    synsets: Subquery, step: Step, sources: StepSources, *, exclude_val: bool = False
) -> Query:
    """Return (synset's row number, exemplars) that a step would take from each as a substitute.

    `synsets` has a column `synset_pk`; those without any exemplar are left out.
    """
    each = select(synsets.c.synset_pk.label("synset_pk"))
    found = _join_exemplars(each, synsets.c.synset_pk, step, sources, exclude_val=exclude_val)
    rows = found.subquery("found")
    return select(rows.c.synset_pk, func.count()).group_by(rows.c.synset_pk).order_by("synset_pk")


def append_step(step: Candidates) -> Insert:
    """Return the statement that puts a step's candidates behind what the pools hold."""
    found = step.subquery("found")
    held = (
        select(PoolEntry.category_pk, func.count().label("count"))
        .group_by(PoolEntry.category_pk)
        .subquery("held")
    )
    order = (found.c.turn, found.c.name, found.c.place, found.c.beside)
    rank = func.row_number().over(partition_by=found.c.category_pk, order_by=order)
    columns = ("dataset_pk", "image_pk", "region_pk", "synset_pk", "substitute", "weight")
    rows = select(
        found.c.category_pk,
        (func.coalesce(held.c.count, 0) + rank - 1).label("position"),
        *(found.c[name] for name in columns),
    ).outerjoin_from(found, held, held.c.category_pk == found.c.category_pk)
    return insert(PoolEntry).from_select(["category_pk", "position", *columns], rows)


def _held() -> ColumnElement[int]:
    return (
        select(func.count())
        .where(PoolEntry.category_pk == Category.pk)
        .correlate(Category)
        .scalar_subquery()
    )


def _of_categories(vocabulary_pk: int) -> tuple[Query, ColumnElement[Any]]:
    """Return the categories, and the row number of the synset of each, if need be of its name."""
    named = select(Synset.pk).where(Synset.name == Category.name).scalar_subquery()
    synset_pk = func.coalesce(Category.synset_pk, named)
    found = select(
        Category.pk.label("category_pk"),
        synset_pk.label("synset_pk"),
        literal(0).label("substitute"),
        literal(0).label("turn"),
    )
    found = found.select_from(Category).where(Category.vocabulary_pk == vocabulary_pk)
    return found, synset_pk


def _of_substitutes(
    vocabulary_pk: int, collation_pk: int
) -> tuple[Query, SQLColumnExpression[int | None]]:
    """Return the categories with each of their substitutes, and the row number of its synset."""
    found = (
        select(
            Category.pk.label("category_pk"),
            Substitute.substitute_pk.label("synset_pk"),
            literal(1).label("substitute"),
            Substitute.position.label("turn"),
        )
        .select_from(Category)
        .join(Substitute, Substitute.synset_pk == Category.synset_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, Substitute.collation_pk == collation_pk)
    )
    return found, Substitute.substitute_pk


def _join_exemplars(
    found: Query,
    synset_pk: SQLColumnExpression[int | None],
    step: Step,
    sources: StepSources,
    own_vocabulary_pk: int | None = None,
    *,
    exclude_val: bool,
) -> Candidates:
    """Join what a step takes for a synset, and for a category itself in its own vocabulary."""
    if step.take == "pictures":
        parts = [_join_images(found, synset_pk, step, sources)]
    elif sources.vocabulary_pks:
        parts = _join_labelled(found, synset_pk, own_vocabulary_pk, step, sources)
    else:
        parts = [_join_named(found, synset_pk, step, sources)]
    joined = parts[0] if len(parts) == 1 else union_all(*parts)
    if not exclude_val:
        return joined
    rows = joined.subquery("joined")
    return select(rows).where(not_of_val(rows.c.image_pk))


def _join_labelled(
    found: Query,
    synset_pk: SQLColumnExpression[int | None],
    own_vocabulary_pk: int | None,
    step: Step,
    sources: StepSources,
) -> list[Query]:
    """Join the boxes of the category itself, or of categories of other lists with its synset."""
    label = aliased(Category)
    by_synset = set(sources.vocabulary_pks)
    parts = []
    if own_vocabulary_pk in by_synset:
        by_synset.remove(own_vocabulary_pk)
        parts.append(found.join(Region, Region.category_pk == Category.pk))
    if by_synset:
        is_meant = label.vocabulary_pk.in_(sorted(by_synset)) & (label.synset_pk == synset_pk)
        labels = found.join(label, is_meant)
        parts.append(labels.join(Region, Region.category_pk == label.pk))
    return [_add_boxes(part, step, sources) for part in parts]


def _join_named(
    found: Query, synset_pk: SQLColumnExpression[int | None], step: Step, sources: StepSources
) -> Query:
    """Join the boxes whose one and only synset is that of the category."""
    found = _add_boxes(found.join(Region, Region.synset_pk == synset_pk), step, sources)
    # The sum keeps SQLite from the index by source, by which it would read every box.
    return found.where((Region.source_pk + 0).in_(sources.source_pks))


def _add_boxes(found: Query, step: Step, sources: StepSources) -> Query:
    """Add what a pool keeps of a box, in the order of its file; only those that are large enough.

    The area is that of the mask; where the source has none, that of the box.
    """
    found = found.add_columns(
        Source.dataset_pk.label("dataset_pk"),
        Region.image_pk.label("image_pk"),
        Region.pk.label("region_pk"),
        (Region.w * Region.h).label("weight"),
        Source.name.label("name"),
        Region.position.label("place"),
        literal("").label("beside"),
    ).join(Source, Source.pk == Region.source_pk)
    area = func.coalesce(Region.area, Region.w * Region.h)
    if step.area_over is not None:
        found = found.where(area > step.area_over)
    if step.min_area is not None:
        found = found.where(area >= step.min_area)
    return found.where(Region.is_crowd == 0) if sources.crowds else found


def _join_images(
    found: Query, synset_pk: SQLColumnExpression[int | None], step: Step, sources: StepSources
) -> Query:
    """Join the images labelled with the synset, by name, code point by code point.

    Of ImageNet these are the `*.JPEG` files, and never those of a folder in train that the small
    classes have too.
    """
    train, small = aliased(Folder), aliased(Folder)
    path_in_small = literal(SMALL_CLASSES) + func.substr(train.path, len(TRAIN) + 1)
    replaced = (
        select(train.pk)
        .join(small, (small.source_pk == train.source_pk) & (small.path == path_in_small))
        .where(train.split == TRAIN)
    )
    found = (
        found.add_columns(
            Source.dataset_pk.label("dataset_pk"),
            Image.pk.label("image_pk"),
            null().label("region_pk"),
            literal(IMAGE_WEIGHT).label("weight"),
            Image.name.label("name"),
            literal(0).label("place"),
            Folder.path.label("beside"),
        )
        .join(Image, Image.synset_pk == synset_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .join(Source, Source.pk == Image.source_pk)
        .where(
            (Image.source_pk + 0).in_(sources.source_pks),
            *_EXEMPLAR_FILES,
            Folder.pk.not_in(replaced),
        )
    )
    if step.splits is None:
        return found
    return found.where(Folder.split.is_(None) | Folder.split.in_(step.splits))


def _ends_with(name: SQLColumnExpression[str], suffix: str) -> ColumnElement[bool]:
    """Compare the end of a name; upper and lower case differ, as they do not for LIKE."""
    return func.substr(name, func.length(name) - len(suffix) + 1) == suffix


_EXEMPLAR_FILES = [
    (Source.format != one.name) | _ends_with(Image.name, one.exemplar_suffix)
    for one in FORMATS.values()
    if one.exemplar_suffix
]
