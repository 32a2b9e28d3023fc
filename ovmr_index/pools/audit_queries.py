"""Entries of the pools that an audit tells of, each query those of one kind.

Columns of each: category key and synset, dataset, file name, the source's own ids of picture and
region; then how, other and number, whose meaning depends on the kind. Ordered by category key and
position.
"""

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
from sqlalchemy.orm import aliased

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
from ovmr_index.images.locations import file_name, join_path
from ovmr_index.pools.leaks import coco_id, shown_in_val
from ovmr_index.vocabularies.category_queries import CategorySynset

BY_COCO_ID, BY_CONTENT = range(2)


def of_val(vocabulary_id: int) -> Query:
    """Return the exemplars that show a picture of LVIS val.

    how and number as `leaks.shown_in_val` tells them, other is the picture of val.
    """
    shown = shown_in_val()
    return _entries(vocabulary_id, shown.c.how, shown.c.val_name, shown.c.bits).join(
        shown, shown.c.image_id == PoolEntry.image_id
    )


def of_two_categories(vocabulary_id: int) -> Query:
    """Return the exemplars that stand in the pool of another category too.

    The same box or the same whole picture; or whole pictures of equal content, as far as that is
    known. other is the synset of one such category, number how many there are.
    """
    both = union_all(_same_exemplar(vocabulary_id), _same_content(vocabulary_id)).subquery("both")
    flagged = (
        select(
            both.c.category_id,
            both.c.position,
            func.min(both.c.other_id).label("other_id"),
            func.count(both.c.other_id.distinct()).label("number"),
        )
        .group_by(both.c.category_id, both.c.position)
        .subquery("flagged")
    )
    other, other_synset = aliased(Category), aliased(Synset)
    return (
        _entries(
            vocabulary_id,
            literal(0),
            func.coalesce(other_synset.name, other.name),
            flagged.c.number,
        )
        .join(flagged, _is_entry(flagged))
        .join(other, other.id == flagged.c.other_id)
        .outerjoin(other_synset, other_synset.id == other.synset_id)
    )


def of_two_datasets(vocabulary_id: int) -> Query:
    """Return the exemplars whose picture stands for the same category from another dataset too.

    how is BY_COCO_ID or BY_CONTENT, other the picture there; number is 0.
    """
    pairs = union_all(
        _same_picture(_by_coco_id(vocabulary_id), BY_COCO_ID),
        _same_picture(_by_content(vocabulary_id), BY_CONTENT),
    ).subquery("pairs")
    entry = pairs.c.category_id, pairs.c.position
    order = pairs.c.how, pairs.c.other_position
    rank = func.row_number().over(partition_by=entry, order_by=order)
    ranked = select(pairs, rank.label("rank")).subquery("ranked")
    other, folder, dataset = aliased(Image), aliased(Folder), aliased(Dataset)
    other_name = dataset.name + literal(" ") + join_path(folder.path, other.name)
    return (
        _entries(vocabulary_id, ranked.c.how, other_name, literal(0))
        .join(ranked, _is_entry(ranked) & (ranked.c.rank == 1))
        .join(other, other.id == ranked.c.other_image_id)
        .join(folder, folder.id == other.folder_id)
        .join(dataset, dataset.id == ranked.c.other_dataset_id)
    )


def of_one_picture(vocabulary_id: int) -> Query:
    """Return the exemplars of categories whose every exemplar is from one picture.

    number is how many exemplars the category has.
    """
    alone = (
        select(PoolEntry.category_id, func.count().label("number"))
        .group_by(PoolEntry.category_id)
        .having(func.min(PoolEntry.image_id) == func.max(PoolEntry.image_id))
        .subquery("alone")
    )
    return (
        _entries(vocabulary_id, literal(0), literal(""), alone.c.number)
        .join(alone, alone.c.category_id == PoolEntry.category_id)
        .where(Category.id.in_(select(alone.c.category_id)))  # else every entry is looked up
    )


def _entries(
    vocabulary_id: int,
    how: SQLColumnExpression[int],
    other: SQLColumnExpression[str],
    number: SQLColumnExpression[int],
) -> Query:
    return (
        select(
            Category.key,
            CategorySynset.name,
            Dataset.name,
            file_name(),
            Image.key,
            Region.key,
            how,
            other,
            number,
        )
        .select_from(PoolEntry)
        .join(Category, Category.id == PoolEntry.category_id)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .join(Dataset, Dataset.id == PoolEntry.dataset_id)
        .join(Image, Image.id == PoolEntry.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .outerjoin(Region, Region.id == PoolEntry.region_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.key, PoolEntry.position)
    )


def _is_entry(found: Subquery) -> ColumnElement[bool]:
    return and_(
        found.c.category_id == PoolEntry.category_id, found.c.position == PoolEntry.position
    )


def _pool(vocabulary_id: int) -> Query:
    """Select category and position of the entries of a vocabulary's pools."""
    mine = select(Category.id).where(Category.vocabulary_id == vocabulary_id)
    return select(PoolEntry.category_id, PoolEntry.position).where(PoolEntry.category_id.in_(mine))


def _same_exemplar(vocabulary_id: int) -> Query:
    """Pair the entries that are one exemplar.

    A box and a whole picture are found under one synset, so that only synsets that stand in the
    pools of two categories have to be looked at.
    """
    under = _pool(vocabulary_id).with_only_columns(PoolEntry.category_id, PoolEntry.synset_id)
    pairs = under.distinct().subquery("pairs")
    shared = select(pairs.c.synset_id).group_by(pairs.c.synset_id).having(func.count() > 1)
    entries = (
        _pool(vocabulary_id)
        .add_columns(PoolEntry.image_id, PoolEntry.region_id)
        .where(PoolEntry.synset_id.in_(shared))
        .cte("shared_entries")
    )
    other = entries.alias("other_entries")
    same = and_(
        other.c.image_id == entries.c.image_id,
        other.c.region_id.is_not_distinct_from(entries.c.region_id),
    )
    return _pairs_of_categories(entries, other, same)


def _same_content(vocabulary_id: int) -> Query:
    """Pair whole pictures that are two files of equal content."""
    entries = (
        _pool(vocabulary_id)
        .add_columns(PoolEntry.image_id, ImageHash.sha256)
        .join(ImageHash, ImageHash.image_id == PoolEntry.image_id)
        .where(PoolEntry.region_id.is_(None))
        .cte("whole_pictures")
    )
    other = entries.alias("other_pictures")
    same = (other.c.sha256 == entries.c.sha256) & (other.c.image_id != entries.c.image_id)
    return _pairs_of_categories(entries, other, same)


def _pairs_of_categories(
    entries: FromClause, other: FromClause, same: ColumnElement[bool]
) -> Query:
    return select(
        entries.c.category_id, entries.c.position, other.c.category_id.label("other_id")
    ).join(other, same & (other.c.category_id != entries.c.category_id))


def _by_coco_id(vocabulary_id: int) -> CTE:
    identity = coco_id(Image, Source)
    return (
        _pool(vocabulary_id)
        .add_columns(PoolEntry.dataset_id, PoolEntry.image_id, identity.label("identity"))
        .join(Image, Image.id == PoolEntry.image_id)
        .join(Source, Source.id == Image.source_id)
        .where(identity.is_not(None))
        .cte("by_coco_id")
    )


def _by_content(vocabulary_id: int) -> CTE:
    return (
        _pool(vocabulary_id)
        .add_columns(PoolEntry.dataset_id, PoolEntry.image_id, ImageHash.sha256.label("identity"))
        .join(ImageHash, ImageHash.image_id == PoolEntry.image_id)
        .where(ImageHash.sha256.is_not(None))
        .cte("by_content")
    )


def _same_picture(entries: CTE, how: int) -> Query:
    """Pair the entries of one category that show one picture, from two datasets."""
    other = entries.alias(f"{entries.name}_elsewhere")
    same = and_(
        other.c.category_id == entries.c.category_id,
        other.c.identity == entries.c.identity,
        other.c.dataset_id != entries.c.dataset_id,
    )
    return select(
        entries.c.category_id,
        entries.c.position,
        literal(how).label("how"),
        other.c.position.label("other_position"),
        other.c.image_id.label("other_image_id"),
        other.c.dataset_id.label("other_dataset_id"),
    ).join(other, same)
