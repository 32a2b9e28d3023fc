"""The order in which the exemplars of each category are drawn, and the first K of it.

`stable_order` and `given_order` say by which `key` entries are drawn; `first_of_each` puts them in
that order, as far as filters let them stand together.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Label,
    MetaData,
    SQLColumnExpression,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import ByCodePoints, DrawNumber
from ovmr_index.db.models import (
    DOUBLE,
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
)
from ovmr_index.images.locations import file_name
from ovmr_index.pools.exemplar_queries import _entries, _with_details
from ovmr_index.samples.filter_queries import conditions
from ovmr_index.samples.options import Filters
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset

_NUMBERS = 2.0**52  # that 13 hexadecimal digits can say

ORDERED = Table(
    "ordered",
    MetaData(),
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("rank", Integer),
    prefixes=["TEMPORARY"],
)
DRAWABLE = Table(
    "drawable",
    MetaData(),
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("picture", Integer, nullable=False),
    Column("weight", DOUBLE, nullable=False),
    Column("text", Text, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def weights(vocabulary_pk: int, weight: str, filters: Filters) -> Query:
    """Return (category row, position, weight) of what may be drawn, by category and position."""
    return (
        select(PoolEntry.category_pk, PoolEntry.position, _weight(weight))
        .join(Category, Category.pk == PoolEntry.category_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, *conditions(filters))
        .order_by(Category.position, PoolEntry.position)
    )


def drawable(vocabulary_pk: int, weight: str, filters: Filters) -> Query:
    """Return what a stable draw takes of each exemplar that may be drawn, whatever its seed.

    Columns as those of the table `drawable`: `text` is what names it in any index, `weight` what it
    is drawn by.
    """
    text = (
        category_synset()
        + "|"
        + Dataset.name
        + "|"
        + file_name()
        + "|"
        + func.coalesce(cast(Region.key, Text), "")
    )
    return (
        select(*_entry_columns(), _weight(weight).label("weight"), text.label("text"))
        .select_from(PoolEntry)
        .join(Category, Category.pk == PoolEntry.category_pk)
        .outerjoin(CategorySynset, CategorySynset.pk == Category.synset_pk)
        .join(Dataset, Dataset.pk == PoolEntry.dataset_pk)
        .join(Image, Image.pk == PoolEntry.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .outerjoin(Region, Region.pk == PoolEntry.region_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, *conditions(filters))
    )


def put_drawable(vocabulary_pk: int, weight: str, filters: Filters) -> Insert:
    """Return the statement that fills the table `drawable`, for draws by many seeds."""
    return insert(DRAWABLE).from_select(DRAWABLE.c.keys(), drawable(vocabulary_pk, weight, filters))


def stable_order(vocabulary_pk: int, seed: int, weight: str, filters: Filters) -> Query:
    """Return what may be drawn with its key in a stable draw, as `stable_keys` does."""
    return stable_keys(drawable(vocabulary_pk, weight, filters).subquery("drawable"), seed)


def stable_keys(entries: FromClause, seed: int) -> Query:
    """Return entries of `drawable` with the key of a weighted draw without replacement.

    The smallest of -ln(u) / weight come first, with u of (0, 1) from the MD5 of what names an
    exemplar in any index: Efraimidis and Spirakis, "Weighted random sampling with a reservoir",
    Information Processing Letters 97 (2006), whose largest u^(1/weight) are the same. An exemplar
    of no weight has no key.
    """
    by, text = entries.c.weight, literal(f"{seed}|") + entries.c.text
    u = (cast(DrawNumber(text), DOUBLE) + literal(0.5, DOUBLE)) / literal(_NUMBERS, DOUBLE)
    return select(
        *(entries.c[name] for name in ("category_pk", "position", "dataset", "picture", "text")),
        case((by > 0, 0), else_=1).label("weightless"),
        case((by > 0, -func.ln(u) / by)).label("key"),
    )


def given_order() -> Query:
    """Return what stands in the table `ordered`, with its rank for a key."""
    at_pool = (ORDERED.c.category_pk == PoolEntry.category_pk) & (
        ORDERED.c.position == PoolEntry.position
    )
    rank = ORDERED.c.rank
    return (
        select(
            *_entry_columns(),
            literal("").label("text"),
            case((rank.is_not(None), 0), else_=1).label("weightless"),
            rank.label("key"),
        )
        .select_from(PoolEntry)
        .join(ORDERED, at_pool)
        .join(Dataset, Dataset.pk == PoolEntry.dataset_pk)
        .join(Image, Image.pk == PoolEntry.image_pk)
    )


def first_of_each(keyed: Query, filters: Filters, k: int) -> Query:
    """Return (category row, position, weightless) of the first `k` of each category, in order.

    Those that have no weight, and so are not drawn, come last: 1 instead of 0.
    """
    found = keyed.cte("keyed").prefix_with("MATERIALIZED")  # or keys are made twice
    first = ranked(found, filters, k)
    columns = first.c.category_pk, first.c.position, first.c.weightless
    return select(*columns).order_by(first.c.category_pk, first.c.rank)


def ranked(found: FromClause, filters: Filters, k: int) -> FromClause:
    """Return the first `k` entries of each category, with their `rank` from 1.

    Near-duplicates stay: `queries.near_duplicates` leaves them out.
    """
    order = ["weightless", "key", "text", "position"]
    if not filters.rearranges:
        found = _in_reach(found, k)
    if filters.at_least_one:
        is_best = (found.c.weightless == 0) & (_number(found, order, "dataset") == 1)
        wanted = found.c.dataset.in_(filters.at_least_one) & is_best
        found = _add(found, "put_off", case((wanted, 0), else_=1))
        order.insert(0, "put_off")
    if filters.per_image is not None:
        found = _add(found, "nth_of_picture", _number(found, order, "picture"))
        found = select(found).where(found.c.nth_of_picture <= filters.per_image).subquery()
    if filters.balanced:
        found = _add(found, "turn", _number(found, order, "dataset"))
        order.insert(order.index("key"), "turn")
    found = _add(found, "rank", _number(found, order))
    return select(found).where(found.c.rank <= k).subquery("ranked")


def _in_reach(found: FromClause, k: int) -> FromClause:
    """Leave out of each category what cannot be among its first `k`, before anything is sorted.

    Entries go to `k` heaps by position. The least key of each heap makes `k` keys, so that the
    first `k` lie below the greatest of these. A category with a heap that has no key is left whole.
    """
    least = (
        select(found.c.category_pk, func.min(found.c.key).label("key"))
        .group_by(found.c.category_pk, found.c.position % k)
        .subquery("least")
    )
    bound = (
        select(least.c.category_pk, func.max(least.c.key).label("key"))
        .group_by(least.c.category_pk)
        .having(func.count(least.c.key) == k)
        .subquery("bound")
    )
    return (
        select(found)
        .outerjoin(bound, bound.c.category_pk == found.c.category_pk)
        .where(or_(bound.c.key.is_(None), found.c.key <= bound.c.key))
        .subquery()
    )


def _weight(weight: str) -> SQLColumnExpression[float]:
    """Return the weight of a pool's entry by its area, its side in pixels, or as of any other."""
    if weight == "even":
        return literal(1.0, DOUBLE)
    if weight == "side":
        return case((PoolEntry.weight > 0, func.sqrt(PoolEntry.weight)), else_=0.0)
    return PoolEntry.weight


def _entry_columns() -> list[Label[Any]]:
    """Select where an entry is, its `Dataset` and its `Image`.

    A picture of COCO is the same in every dataset; `-id` is never an id of COCO.
    """
    return [
        PoolEntry.category_pk.label("category_pk"),
        PoolEntry.position.label("position"),
        Dataset.name.label("dataset"),
        func.coalesce(Image.coco_id, -Image.pk).label("picture"),
    ]


def _add(found: FromClause, name: str, column: ColumnElement[Any]) -> FromClause:
    return select(found, column.label(name)).subquery()


def _number(found: FromClause, order: list[str], *within: str) -> ColumnElement[int]:
    """Number the entries of a category in an order, those of each `within` it apart."""
    columns = [ByCodePoints(found.c[name]) if name == "text" else found.c[name] for name in order]
    parts = [found.c[name] for name in ("category_pk", *within)]
    return func.row_number().over(partition_by=parts, order_by=columns)


DRAWN = Table(
    "drawn",
    MetaData(),
    Column("category_pk", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def drawn_entries() -> Query:
    """Return the pool entries that stand in `drawn` with details, by category key and rank."""
    at_pool = (DRAWN.c.category_pk == PoolEntry.category_pk) & (
        DRAWN.c.position == PoolEntry.position
    )
    return _with_details(_entries()).join(DRAWN, at_pool).order_by(Category.key, DRAWN.c.rank)
