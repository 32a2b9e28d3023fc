"""The pool of exemplars of each category, by the published recipe of MM-OVOD and OVMR.

Each step is a query of candidates; `append_step` gives them the positions behind those that the
pool of their category holds already.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    SQLColumnExpression,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.models import (
    Category,
    Folder,
    Image,
    PoolEntry,
    Region,
    Source,
    Substitute,
    Synset,
)
from ovmr_index.queries import Query

IMAGENET_WEIGHT = 10_000.0
SMALL_CLASSES = "imagenet21k_small_classes"
TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Thresholds of the recipe: areas in square pixels, counts in exemplars.

    LVIS masks must be larger than `min_area`, Visual Genome boxes at least as large; those are
    taken where LVIS and ImageNet give fewer than `enough`; below `few` a category is short.
    `never_boxed` are synsets that get no Visual Genome boxes of their own: the published scripts
    look `stop_sign.n.01` up as `street_sign.n.01`, and so find none.
    """

    min_area: float = 1024
    enough: int = 40
    few: int = 10
    never_boxed: tuple[str, ...] = ("stop_sign.n.01",)


def annotations(vocabulary_id: int, recipe: Recipe) -> Query:
    """Return step 1: the vocabulary's own annotations with a mask larger than `min_area`."""
    return (
        _candidates(Category.id, Category.synset_id, substitute=0)
        .add_columns(*_region_columns())
        .select_from(Category)
        .join(Region, Region.category_id == Category.id)
        .join(Source, Source.id == Region.source_id)
        .where(Category.vocabulary_id == vocabulary_id, Region.area > recipe.min_area)
    )


def pictures(vocabulary_id: int) -> Query:
    """Return step 2: the ImageNet files of each category's own wnid."""
    found = _candidates(Category.id, Category.synset_id, substitute=0).select_from(Category)
    return _join_pictures(found, Category.synset_id).where(Category.vocabulary_id == vocabulary_id)


def boxes(vocabulary_id: int, recipe: Recipe) -> Query:
    """Return step 3: Visual Genome objects of the categories that have fewer than `enough`."""
    so_far = (
        select(func.count())
        .where(PoolEntry.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )
    found = _candidates(Category.id, Category.synset_id, substitute=0).select_from(Category)
    return (
        _join_boxes(found, Category.synset_id, recipe)
        .join(Synset, Synset.id == Category.synset_id)
        .where(
            Category.vocabulary_id == vocabulary_id,
            Synset.name.not_in(recipe.never_boxed),
            so_far < recipe.enough,
        )
    )


def substitute_pictures(vocabulary_id: int, collation_id: int) -> Query:
    """Return the first half of step 4: the ImageNet files of each substitute in turn."""
    found = _substitutes(vocabulary_id, collation_id)
    return _join_pictures(found, Substitute.substitute_id)


def substitute_boxes(vocabulary_id: int, collation_id: int, recipe: Recipe) -> Query:
    """Return the second half of step 4: the Visual Genome objects of each substitute in turn."""
    found = _substitutes(vocabulary_id, collation_id)
    return _join_boxes(found, Substitute.substitute_id, recipe)


def append_step(step: Query) -> Insert:
    """Return the statement that puts a step's candidates behind what the pools hold."""
    found = step.subquery("found")
    held = (
        select(PoolEntry.category_id, func.count().label("count"))
        .group_by(PoolEntry.category_id)
        .subquery("held")
    )
    rank = func.row_number().over(
        partition_by=found.c.category_id, order_by=(found.c.turn, found.c.place, found.c.name)
    )
    columns = ("dataset_id", "image_id", "region_id", "synset_id", "substitute", "weight")
    rows = select(
        found.c.category_id,
        (func.coalesce(held.c.count, 0) + rank - 1).label("position"),
        *(found.c[name] for name in columns),
    ).outerjoin_from(found, held, held.c.category_id == found.c.category_id)
    return insert(PoolEntry).from_select(["category_id", "position", *columns], rows)


def _candidates(
    category_id: SQLColumnExpression[int],
    synset_id: SQLColumnExpression[int | None],
    *,
    substitute: int,
    turn: SQLColumnExpression[int] | None = None,
) -> Query:
    return select(
        category_id.label("category_id"),
        synset_id.label("synset_id"),
        literal(substitute).label("substitute"),
        (literal(0) if turn is None else turn).label("turn"),
    )


def _substitutes(vocabulary_id: int, collation_id: int) -> Query:
    return (
        _candidates(Category.id, Substitute.substitute_id, substitute=1, turn=Substitute.position)
        .select_from(Category)
        .join(Substitute, Substitute.synset_id == Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id, Substitute.collation_id == collation_id)
    )


def _region_columns() -> tuple[ColumnElement[Any], ...]:
    return (
        Source.dataset_id.label("dataset_id"),
        Region.image_id.label("image_id"),
        Region.id.label("region_id"),
        (Region.w * Region.h).label("weight"),
        Region.position.label("place"),
        literal("").label("name"),
    )


def _join_boxes(found: Query, synset_id: SQLColumnExpression[int | None], recipe: Recipe) -> Query:
    """Join the Visual Genome objects whose one and only synset is `synset_id`, large enough."""
    return (
        found.add_columns(*_region_columns())
        .join(Region, Region.synset_id == synset_id)
        .join(Source, Source.id == Region.source_id)
        .where(Source.format == "visual-genome", Region.w * Region.h >= recipe.min_area)
    )


def _join_pictures(found: Query, synset_id: SQLColumnExpression[int | None]) -> Query:
    """Join the `*.JPEG` files labelled `synset_id`, by name, code point by code point.

    Never of val, nor of a folder in train that the small classes have too.
    """
    train, small = aliased(Folder), aliased(Folder)
    path_in_small = literal(SMALL_CLASSES) + func.substr(train.path, len(TRAIN) + 1)
    replaced = (
        select(train.id)
        .join(small, (small.source_id == train.source_id) & (small.path == path_in_small))
        .where(train.split == TRAIN)
    )
    in_train = Folder.split.is_(None) | (Folder.split == TRAIN)
    return (
        found.add_columns(
            Source.dataset_id.label("dataset_id"),
            Image.id.label("image_id"),
            null().label("region_id"),
            literal(IMAGENET_WEIGHT).label("weight"),
            literal(0).label("place"),
            Image.name.label("name"),
        )
        .join(Image, Image.synset_id == synset_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Source, Source.id == Image.source_id)
        .where(
            Source.format == "imagenet",
            _is_exemplar_file(Image.name),
            (Folder.split == SMALL_CLASSES) | (in_train & Folder.id.not_in(replaced)),
        )
    )


def _is_exemplar_file(name: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Compare the end of a name, upper and lower case apart, as LIKE does not."""
    return func.substr(name, func.length(name) - 4) == ".JPEG"
