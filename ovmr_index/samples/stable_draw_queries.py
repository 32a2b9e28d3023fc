"""The keys of the stable draw: what decides which exemplars come first, the same in any index."""

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Insert,
    MetaData,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import DrawNumber
from ovmr_index.db.models import DOUBLE, WHOLE, Category, Dataset, Folder, Image, PoolEntry, Region
from ovmr_index.formats.records import LARGEST_WEIGHT
from ovmr_index.images.locations import file_name
from ovmr_index.samples.draw_queries import draw_weight, entry_columns
from ovmr_index.samples.filter_queries import conditions
from ovmr_index.samples.options import Filters
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset

_NUMBERS = 2.0**52  # that 13 hexadecimal digits can say

DRAWABLE = Table(
    "tmp_drawable",
    MetaData(),
    Column("category_pk", WHOLE, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("image", WHOLE, nullable=False),
    Column("weight", DOUBLE, nullable=False),
    Column("text", Text, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def drawable(
    vocabulary_pk: int, weight: str, filters: Filters, *among: ColumnElement[bool]
) -> Query:
    """Return what a stable draw takes of each exemplar that may be drawn, whatever its seed.

    The columns are those of `DRAWABLE`: `text` names the exemplar in any index, `weight` is what it
    is drawn by. `among` are conditions of entries beside those of the filters.
    """
    text = (
        category_synset()
        + "|"
        + Dataset.c.name
        + "|"
        + file_name()
        + "|"
        + func.coalesce(cast(Region.c.key, Text), "")
    )
    return (
        select(*entry_columns(), draw_weight(weight).label("weight"), text.label("text"))
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, *conditions(filters), *among)
    )


def put_drawable(
    vocabulary_pk: int, weight: str, filters: Filters, *among: ColumnElement[bool]
) -> Insert:
    """Return the statement that fills `DRAWABLE`, for draws by many seeds."""
    found = drawable(vocabulary_pk, weight, filters, *among)
    return insert(DRAWABLE).from_select(DRAWABLE.c.keys(), found)


def stable_order(
    vocabulary_pk: int, seed: int, weight: str, filters: Filters, *among: ColumnElement[bool]
) -> Query:
    """Return what may be drawn with its key in a stable draw, as `stable_keys` does."""
    return stable_keys(drawable(vocabulary_pk, weight, filters, *among).subquery("drawable"), seed)


def stable_keys(entries: FromClause, seed: int) -> Query:
    """Return the entries of `drawable` with the key of a weighted draw without replacement.

    The smallest of -ln(u) / weight come first, with u of (0, 1) from the MD5 of what names an
    exemplar in any index: Efraimidis and Spirakis, "Weighted random sampling with a reservoir",
    Information Processing Letters 97 (2006), whose largest u^(1/weight) are the same. An exemplar
    without weight has no key.
    """
    weight, text = entries.c.weight, literal(f"{seed}|") + entries.c.text
    u = (cast(DrawNumber(text), DOUBLE) + literal(0.5, DOUBLE)) / literal(_NUMBERS, DOUBLE)
    return select(
        *(entries.c[name] for name in ("category_pk", "position", "dataset", "image", "text")),
        case((weight > 0, 0), else_=1).label("weightless"),
        case((weight > 0, -func.ln(u) / weight)).label("key"),
    )


def weights_of_no_box() -> Query:
    """Return what is in `DRAWABLE` with a weight that no box has: of a damaged index."""
    too_large = func.abs(DRAWABLE.c.weight) > float(LARGEST_WEIGHT)
    return select(DRAWABLE.c.position).where(too_large).limit(1)
