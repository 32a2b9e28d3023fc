"""Entries of the pools that show one image, or one file, several times: as queries for an audit.

Files of equal content may be many, as the "photo unavailable" of a web site is: they are counted
and ranked, never paired with each other.
"""

from sqlalchemy import CTE, ColumnElement, Subquery, case, func, literal, select, union_all

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, ImageHash, PoolEntry, Source
from ovmr_index.pools.leaks import coco_id

BY_COCO_ID, BY_CONTENT = range(2)


def pool_of(vocabulary_pk: int) -> Query:
    """Select category and position of the entries of a vocabulary's pools."""
    mine = select(Category.c.pk).where(Category.c.vocabulary_pk == vocabulary_pk)
    return select(PoolEntry.c.category_pk, PoolEntry.c.position).where(
        PoolEntry.c.category_pk.in_(mine)
    )


def other_categories(vocabulary_pk: int) -> Subquery:
    """Return the entries that other pools have as well, by `category_pk` and `position`.

    `other_pk` is the first such category, `number` how many there are.
    """
    both = union_all(_by_exemplar(vocabulary_pk), _by_equal_content(vocabulary_pk))
    return both.subquery("flagged")


def others_in_pool(vocabulary_pk: int) -> Subquery:
    """Return the entries whose pool shows their image by another one too, of any dataset.

    `how` is BY_COCO_ID or BY_CONTENT, each once; the first other one is at `other_position`.
    """
    both = union_all(
        _first_other(_by_coco_id(vocabulary_pk), BY_COCO_ID),
        _first_other(_by_content(vocabulary_pk), BY_CONTENT),
    )
    return both.subquery("pairs")


def _by_exemplar(vocabulary_pk: int) -> Query:
    """Return the entries of one exemplar: a box, or a whole image whose content is not known.

    Both are found under one synset, so that only synsets in the pools of two categories have to be
    compared.
    """
    under = pool_of(vocabulary_pk).with_only_columns(PoolEntry.c.category_pk, PoolEntry.c.synset_pk)
    pairs = under.distinct().subquery("pairs")
    shared = select(pairs.c.synset_pk).group_by(pairs.c.synset_pk).having(func.count() > 1)
    is_whole = PoolEntry.c.region_pk.is_(None)
    entries = (
        pool_of(vocabulary_pk)
        .add_columns(PoolEntry.c.image_pk, PoolEntry.c.region_pk)
        .outerjoin(ImageHash, (ImageHash.c.image_pk == PoolEntry.c.image_pk) & is_whole)
        .where(PoolEntry.c.synset_pk.in_(shared), ImageHash.c.sha256.is_(None))
        .cte("shared_entries")
    )
    other = entries.alias("other_entries")
    is_same = (
        (other.c.image_pk == entries.c.image_pk)
        & other.c.region_pk.is_not_distinct_from(entries.c.region_pk)
        & (other.c.category_pk != entries.c.category_pk)
    )
    return (
        select(
            entries.c.category_pk,
            entries.c.position,
            func.min(other.c.category_pk).label("other_pk"),
            func.count(other.c.category_pk.distinct()).label("number"),
        )
        .join(other, is_same)
        .group_by(entries.c.category_pk, entries.c.position)
    )


def _by_equal_content(vocabulary_pk: int) -> Query:
    """Return the whole images whose content is in other pools too, as one file or as several."""
    entries = _by_content(vocabulary_pk, PoolEntry.c.region_pk.is_(None), name="whole_images")
    once = select(entries.c.identity, entries.c.category_pk).distinct().subquery("once")
    turn = func.row_number().over(partition_by=once.c.identity, order_by=once.c.category_pk)
    ranked = select(once, turn.label("turn")).subquery("ranked")
    first, second = (func.min(case((ranked.c.turn == n, ranked.c.category_pk))) for n in (1, 2))
    contents = (
        select(ranked.c.identity, first.label("first"), second.label("second"))
        .add_columns(func.count().label("number"))
        .group_by(ranked.c.identity)
        .having(func.count() > 1)
        .subquery("contents")
    )
    is_first = entries.c.category_pk == contents.c.first
    return select(
        entries.c.category_pk,
        entries.c.position,
        case((is_first, contents.c.second), else_=contents.c.first).label("other_pk"),
        (contents.c.number - 1).label("number"),
    ).join(contents, contents.c.identity == entries.c.identity)


def _first_other(entries: CTE, how: int) -> Query:
    """Find to each entry the first of its pool that has its identity, and another image."""
    same = entries.c.category_pk, entries.c.identity
    order = entries.c.position
    each = select(
        *(entries.c.category_pk, entries.c.position, entries.c.identity, entries.c.image_pk),
        func.first_value(entries.c.image_pk).over(partition_by=same, order_by=order).label("first"),
        func.min(entries.c.position).over(partition_by=same).label("first_position"),
    ).subquery(f"{entries.name}_each")
    is_other = each.c.image_pk != each.c.first
    second = func.min(case((is_other, each.c.position))).over(
        partition_by=(each.c.category_pk, each.c.identity)
    )
    found = select(
        each.c.category_pk,
        each.c.position,
        case((is_other, each.c.first_position), else_=second).label("other_position"),
    ).subquery(f"{entries.name}_found")
    return select(
        found.c.category_pk, found.c.position, literal(how).label("how"), found.c.other_position
    ).where(found.c.other_position.is_not(None))


def _by_coco_id(vocabulary_pk: int) -> CTE:
    identity = coco_id()
    return (
        pool_of(vocabulary_pk)
        .add_columns(PoolEntry.c.image_pk, identity.label("identity"))
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(identity.is_not(None))
        .cte("by_coco_id")
    )


def _by_content(vocabulary_pk: int, *which: ColumnElement[bool], name: str = "by_content") -> CTE:
    return (
        pool_of(vocabulary_pk)
        .add_columns(PoolEntry.c.image_pk, ImageHash.c.sha256.label("identity"))
        .join(ImageHash, ImageHash.c.image_pk == PoolEntry.c.image_pk)
        .where(ImageHash.c.sha256.is_not(None), *which)
        .cte(name)
    )
