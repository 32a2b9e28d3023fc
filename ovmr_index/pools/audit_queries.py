"""Entries of the pools that an audit finds: a query for each kind, which selects `AuditRow`s.

They are ordered by category id and position.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Subquery,
    and_,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    Synset,
)
from ovmr_index.images.locations import file_name
from ovmr_index.pools.equal_images import other_categories, others_in_pool, pool_of
from ovmr_index.pools.leaks import shown_in_val
from ovmr_index.vocabularies.category_queries import CategorySynset


class AuditRow(NamedTuple):
    """An entry of a pool with the source's own ids; `synset` is the category's.

    What `how`, `other` and `number` mean depends on the kind.
    """

    category_id: int
    synset: str | None
    dataset: str
    file_name: str
    image_id: int | None
    region_id: int | None
    how: int
    other: str
    number: int


def of_val(vocabulary_pk: int) -> Query:
    """Return the exemplars that show an image of LVIS val.

    `how` and `number` are how and bits of `leaks.shown_in_val`, `other` is the image of val.
    """
    shown = shown_in_val()
    return _entries(vocabulary_pk, shown.c.how, shown.c.val_name, shown.c.bits).join(
        shown, shown.c.image_pk == PoolEntry.c.image_pk
    )


def of_two_categories(vocabulary_pk: int) -> Query:
    """Return the exemplars that are in the pool of another category too.

    The same box or the same whole image; or whole images of equal content, as far as that is known.
    `other` is the synset of one such category, `number` how many there are.
    """
    flagged = other_categories(vocabulary_pk)
    other, other_synset = Category.alias(), Synset.alias()
    return (
        _entries(
            vocabulary_pk,
            literal(0),
            func.coalesce(other_synset.c.name, other.c.name),
            flagged.c.number,
        )
        .join(flagged, _is_entry(flagged))
        .join(other, other.c.pk == flagged.c.other_pk)
        .outerjoin(other_synset, other_synset.c.pk == other.c.synset_pk)
    )


def of_duplicates(vocabulary_pk: int) -> Query:
    """Return the exemplars whose image is in the same pool as another one too, of any dataset.

    `how` is that of `others_in_pool`, `other` the image there; `number` is 0.
    """
    pairs = others_in_pool(vocabulary_pk)
    entry = pairs.c.category_pk, pairs.c.position
    order = pairs.c.how, pairs.c.other_position
    rank = func.row_number().over(partition_by=entry, order_by=order)
    ranked = select(pairs, rank.label("rank")).subquery("ranked")
    there, other, dataset = PoolEntry.alias(), Image.alias(), Dataset.alias()
    is_there = (there.c.category_pk == ranked.c.category_pk) & (
        there.c.position == ranked.c.other_position
    )
    other_name = dataset.c.name + literal(" ") + other.c.file_name
    return (
        _entries(vocabulary_pk, ranked.c.how, other_name, literal(0))
        .join(ranked, _is_entry(ranked) & (ranked.c.rank == 1))
        .join(there, is_there)
        .join(other, other.c.pk == there.c.image_pk)
        .join(dataset, dataset.c.pk == there.c.dataset_pk)
    )


def of_equal_boxes(vocabulary_pk: int) -> Query:
    """Return the boxes whose pool has an equal one before them: the same image, the same numbers.

    `number` is the id of the first of them.
    """
    box = (Region.c.x, Region.c.y, Region.c.w, Region.c.h)
    same, order = (PoolEntry.c.category_pk, PoolEntry.c.image_pk, *box), PoolEntry.c.position
    first = func.first_value(Region.c.key).over(partition_by=same, order_by=order)
    each = (
        pool_of(vocabulary_pk)
        .add_columns(
            func.row_number().over(partition_by=same, order_by=order).label("turn"),
            first.label("number"),
        )
        .join(Region, Region.c.pk == PoolEntry.c.region_pk)
        .subquery("each")
    )
    again = select(each).where(each.c.turn > 1).subquery("again")
    return _entries(vocabulary_pk, literal(0), literal(""), again.c.number).join(
        again, _is_entry(again)
    )


def of_one_image(vocabulary_pk: int) -> Query:
    """Return the exemplars of categories all of whose exemplars are from one image.

    `number` is how many exemplars the category has.
    """
    alone = (
        select(PoolEntry.c.category_pk, func.count().label("number"))
        .group_by(PoolEntry.c.category_pk)
        .having(func.min(PoolEntry.c.image_pk) == func.max(PoolEntry.c.image_pk))
        .subquery("alone")
    )
    return (
        _entries(vocabulary_pk, literal(0), literal(""), alone.c.number)
        .join(alone, alone.c.category_pk == PoolEntry.c.category_pk)
        .where(Category.c.pk.in_(select(alone.c.category_pk)))  # else every entry is looked up
    )


def _entries(
    vocabulary_pk: int,
    how: SQLColumnExpression[int],
    other: SQLColumnExpression[str],
    number: SQLColumnExpression[int],
) -> Query:
    columns: dict[str, SQLColumnExpression[Any]] = {
        "category_id": Category.c.key,
        "synset": CategorySynset.c.name,
        "dataset": Dataset.c.name,
        "file_name": file_name(),
        "image_id": Image.c.key,
        "region_id": Region.c.key,
        "how": how,
        "other": other,
        "number": number,
    }
    return (
        select(*(columns[name].label(name) for name in AuditRow._fields))
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.key, PoolEntry.c.position)
    )


def _is_entry(found: Subquery) -> ColumnElement[bool]:
    return and_(
        found.c.category_pk == PoolEntry.c.category_pk, found.c.position == PoolEntry.c.position
    )
