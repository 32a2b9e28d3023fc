"""Which entries of the pools are marked: a temporary table that draws and exports join."""

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert  # SQLite has its ON CONFLICT

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    WHOLE,
    Category,
    ExemplarMark,
    Image,
    PoolEntry,
    Region,
    Source,
    Synset,
    Vocabulary,
)
from ovmr_index.images.locations import last_part

NO_REGION = -1  # in the place of a region's pk, for a whole image

MARKED = Table(
    "tmp_marked",
    MetaData(),
    Column("category_pk", WHOLE, primary_key=True),
    Column("image_pk", WHOLE, primary_key=True),
    Column("region_pk", WHOLE, primary_key=True),
    Column("mark_pk", WHOLE, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rank", WHOLE),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def any_mark(vocabulary_pk: int) -> Select[int]:
    """Return the query of a mark of a vocabulary."""
    return (
        select(ExemplarMark.c.pk)
        .join(Vocabulary, Vocabulary.c.name == ExemplarMark.c.vocabulary)
        .where(Vocabulary.c.pk == vocabulary_pk)
        .limit(1)
    )


def put_marked(vocabulary_pk: int) -> Insert:
    """Return the statement that fills `MARKED` with the marks of a vocabulary.

    A category is known by id, name and synset, which follow where its source numbers it again; a
    box by its source and id, on an image of the same name; a whole image by its path.
    """
    is_category = and_(
        Category.c.vocabulary_pk == Vocabulary.c.pk,
        Category.c.key == ExemplarMark.c.category_key,
        Category.c.name == ExemplarMark.c.category_name,
    )
    columns = (
        Category.c.pk,
        Image.c.pk,
        Region.c.pk,
        ExemplarMark.c.pk,
        ExemplarMark.c.kind,
        ExemplarMark.c.position,
    )
    marks = (
        select(*columns)
        .select_from(ExemplarMark)
        .join(Vocabulary, Vocabulary.c.name == ExemplarMark.c.vocabulary)
        .join(Category, is_category)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .join(Source, Source.c.name == ExemplarMark.c.source)
        .where(
            Vocabulary.c.pk == vocabulary_pk,
            ExemplarMark.c.category_synset.is_not_distinct_from(Synset.c.name),
        )
    )
    is_region = and_(Region.c.source_pk == Source.c.pk, Region.c.key == ExemplarMark.c.region_key)
    boxes = (
        marks.join(Region, is_region)
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(last_part(Image.c.file_name) == last_part(ExemplarMark.c.file_name))
    )
    is_image = and_(
        Image.c.source_pk == Source.c.pk,
        Image.c.file_name == ExemplarMark.c.file_name,
        Image.c.key.is_(None),
    )
    images = (
        marks.with_only_columns(*columns[:2], literal(NO_REGION), *columns[3:])
        .join(Image, is_image)
        .where(ExemplarMark.c.region_key.is_(None))
    )
    found = select(union_all(boxes, images).subquery("found")).where(true())
    return insert(MARKED).from_select(MARKED.c.keys(), found).on_conflict_do_nothing()


def at_marked() -> ColumnElement[bool]:
    """Return the condition that an entry of `PoolEntry` is one of `MARKED`."""
    return and_(
        MARKED.c.category_pk == PoolEntry.c.category_pk,
        MARKED.c.image_pk == PoolEntry.c.image_pk,
        MARKED.c.region_pk == func.coalesce(PoolEntry.c.region_pk, NO_REGION),
    )


def is_marked(*kinds: str) -> ColumnElement[bool]:
    """Return the condition that an entry of `PoolEntry` has a mark, of one of `kinds` if given."""
    found = select(MARKED.c.mark_pk).where(at_marked())
    if kinds:
        found = found.where(MARKED.c.kind.in_(kinds))
    return found.correlate(PoolEntry).exists()


def in_marked_category(category_pk: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a category has marks."""
    return category_pk.in_(select(MARKED.c.category_pk))


def held_marks() -> Query:
    """Return (mark pk, category pk, position, kind, rank) of the entries of `MARKED` in pools.

    By category, those that are pinned first, in the order pinned.
    """
    return (
        select(
            MARKED.c.mark_pk,
            MARKED.c.category_pk,
            PoolEntry.c.position,
            MARKED.c.kind,
            MARKED.c.rank,
        )
        .select_from(PoolEntry)
        .join(MARKED, at_marked())
        .where(in_marked_category(PoolEntry.c.category_pk))
        .order_by(
            MARKED.c.category_pk,
            MARKED.c.rank.is_(null()),
            MARKED.c.rank,
            PoolEntry.c.position,
        )
    )
