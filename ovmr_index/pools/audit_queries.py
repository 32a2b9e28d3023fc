"""Entries of the pools that an audit finds: a query for each kind, which selects `AuditRow`s.

They are ordered by category id and position.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    SQLColumnExpression,
    Subquery,
    and_,
    func,
    literal,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    ImageHash,
    PoolEntry,
    Region,
    Source,
    Synset,
)
from ovmr_index.images.locations import file_name
from ovmr_index.pools.leaks import coco_id, shown_in_val
from ovmr_index.vocabularies.category_queries import CategorySynset

BY_COCO_ID, BY_CONTENT = range(2)


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
    both = union_all(_same_exemplar(vocabulary_pk), _same_content(vocabulary_pk)).subquery("both")
    flagged = (
        select(
            both.c.category_pk,
            both.c.position,
            func.min(both.c.other_pk).label("other_pk"),
            func.count(both.c.other_pk.distinct()).label("number"),
        )
        .group_by(both.c.category_pk, both.c.position)
        .subquery("flagged")
    )
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

    `how` is BY_COCO_ID or BY_CONTENT, `other` the image there; `number` is 0.
    """
    pairs = union_all(
        _same_image(_by_coco_id(vocabulary_pk), BY_COCO_ID),
        _same_image(_by_content(vocabulary_pk), BY_CONTENT),
    ).subquery("pairs")
    entry = pairs.c.category_pk, pairs.c.position
    order = pairs.c.how, pairs.c.other_position
    rank = func.row_number().over(partition_by=entry, order_by=order)
    ranked = select(pairs, rank.label("rank")).subquery("ranked")
    other, dataset = Image.alias(), Dataset.alias()
    other_name = dataset.c.name + literal(" ") + other.c.file_name
    return (
        _entries(vocabulary_pk, ranked.c.how, other_name, literal(0))
        .join(ranked, _is_entry(ranked) & (ranked.c.rank == 1))
        .join(other, other.c.pk == ranked.c.other_image_pk)
        .join(dataset, dataset.c.pk == ranked.c.other_dataset_pk)
    )


def of_equal_boxes(vocabulary_pk: int) -> Query:
    """Return the boxes whose pool has an equal one before them: the same image, the same numbers.

    `number` is the id of the first of them.
    """
    box = (Region.c.x, Region.c.y, Region.c.w, Region.c.h)
    same, order = (PoolEntry.c.category_pk, PoolEntry.c.image_pk, *box), PoolEntry.c.position
    first = func.first_value(Region.c.key).over(partition_by=same, order_by=order)
    each = (
        _pool(vocabulary_pk)
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


def _pool(vocabulary_pk: int) -> Query:
    """Select category and position of the entries of a vocabulary's pools."""
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return select(PoolEntry.c.category_pk, PoolEntry.c.position).where(
        PoolEntry.c.category_pk.in_(mine)
    )


def _same_exemplar(vocabulary_pk: int) -> Query:
    """Pair the entries that are one exemplar.

    A box and a whole image are found under one synset, so that only synsets in the pools of two
    categories have to be compared.
    """
    under = _pool(vocabulary_pk).with_only_columns(PoolEntry.c.category_pk, PoolEntry.c.synset_pk)
    pairs = under.distinct().subquery("pairs")
    shared = select(pairs.c.synset_pk).group_by(pairs.c.synset_pk).having(func.count() > 1)
    entries = (
        _pool(vocabulary_pk)
        .add_columns(PoolEntry.c.image_pk, PoolEntry.c.region_pk)
        .where(PoolEntry.c.synset_pk.in_(shared))
        .cte("shared_entries")
    )
    other = entries.alias("other_entries")
    same = and_(
        other.c.image_pk == entries.c.image_pk,
        other.c.region_pk.is_not_distinct_from(entries.c.region_pk),
    )
    return _pairs_of_categories(entries, other, same)


def _same_content(vocabulary_pk: int) -> Query:
    """Pair whole images that are two files of equal content."""
    entries = (
        _pool(vocabulary_pk)
        .add_columns(PoolEntry.c.image_pk, ImageHash.c.sha256)
        .join(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(PoolEntry.c.region_pk.is_(None))
        .cte("whole_images")
    )
    other = entries.alias("other_images")
    same = (other.c.sha256 == entries.c.sha256) & (other.c.image_pk != entries.c.image_pk)
    return _pairs_of_categories(entries, other, same)


def _pairs_of_categories(
    entries: FromClause, other: FromClause, same: ColumnElement[bool]
) -> Query:
    return select(
        entries.c.category_pk, entries.c.position, other.c.category_pk.label("other_pk")
    ).join(other, same & (other.c.category_pk != entries.c.category_pk))


def _by_coco_id(vocabulary_pk: int) -> CTE:
    identity = coco_id()
    return (
        _pool(vocabulary_pk)
        .add_columns(PoolEntry.c.dataset_pk, PoolEntry.c.image_pk, identity.label("identity"))
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(identity.is_not(None))
        .cte("by_coco_id")
    )


def _by_content(vocabulary_pk: int) -> CTE:
    return (
        _pool(vocabulary_pk)
        .add_columns(
            PoolEntry.c.dataset_pk, PoolEntry.c.image_pk, ImageHash.c.sha256.label("identity")
        )
        .join(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(ImageHash.c.sha256.is_not(None))
        .cte("by_content")
    )


def _same_image(entries: CTE, how: int) -> Query:
    """Pair the entries of one category that show the same image, which is two of the index."""
    other = entries.alias(f"{entries.name}_elsewhere")
    same = and_(
        other.c.category_pk == entries.c.category_pk,
        other.c.identity == entries.c.identity,
        other.c.image_pk != entries.c.image_pk,
    )
    return select(
        entries.c.category_pk,
        entries.c.position,
        literal(how).label("how"),
        other.c.position.label("other_position"),
        other.c.image_pk.label("other_image_pk"),
        other.c.dataset_pk.label("other_dataset_pk"),
    ).join(other, same)
