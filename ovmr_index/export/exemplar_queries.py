"""The texts of a category's exemplars, written by SQLite: two million of them pass here."""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    LargeBinary,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Dataset,
    Image,
    PoolEntry,
    Region,
    RegionFields,
    RegionRecord,
    Synset,
)
from ovmr_index.pools.exemplar_queries import entry_rows

# Members that an object of Visual Genome has beside those of its file.
_OF_OBJECT = ("image_id", "dataset", "file_name", "category_id", "synset", "synsets", "h", "w")
_MORE_OF_OBJECT = ("object_id", "x", "y", "area")


def _given(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


def category_runs() -> Query:
    """Return (dataset, synset, whether a whole image, position) of a category's exemplars.

    The first two are row numbers. Parameter: `category_pk`.
    """
    columns = (PoolEntry.c.dataset_pk, PoolEntry.c.synset_pk, PoolEntry.c.region_pk.is_(None))
    mine = PoolEntry.c.category_pk == _given("category_pk")
    return select(*columns, PoolEntry.c.position).where(mine).order_by(PoolEntry.c.position)


def names() -> Query:
    """Return the names of a dataset and of a synset.

    Parameters: `dataset_pk`, `synset_pk`.
    """
    return select(Dataset.c.name, Synset.c.name).where(
        Dataset.c.pk == _given("dataset_pk"), Synset.c.pk == _given("synset_pk")
    )


def _run() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    between = PoolEntry.c.position.between(_given("first"), _given("last"))
    return PoolEntry.c.category_pk == _given("category_pk"), between


def image_texts() -> Query:
    """Return the paths of a run of whole images as JSON, joined to one text.

    Parameters: `category_pk`, `first`, `last`; `between` is put between two paths.
    """
    paths = (
        select(func.json_quote(Image.c.file_name).label("path"))
        .select_from(PoolEntry)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .where(*_run())
        .order_by(PoolEntry.c.position)
        .subquery("paths")
    )
    return select(func.group_concat(paths.c.path, bindparam("between", type_=Text)))


def box_texts() -> Query:
    """Return (position, text) of a run of boxes: the record of each with our members before.

    The text is null for one whose record cannot be taken as it is. Parameters: `category_pk`,
    `first`, `last`; `category_id`; `synset`, its name as JSON; `head`, a JSON object's beginning
    with the names of dataset and synset.
    """
    return (
        select(PoolEntry.c.position, _text())
        .select_from(PoolEntry)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Region, Region.c.pk == PoolEntry.c.region_pk)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == Region.c.pk)
        .outerjoin(RegionFields, RegionFields.c.pk == Region.c.fields_pk)
        .where(*_run())
        .order_by(PoolEntry.c.position)
    )


def one_entry() -> Query:
    """Return the `ExemplarRow` at a place in a pool.

    Parameters: `category_pk`, `position`.
    """
    return entry_rows(details=True).where(
        PoolEntry.c.category_pk == _given("category_pk"),
        PoolEntry.c.position == _given("position"),
    )


def _text() -> ColumnElement[str | None]:
    record, fields = RegionRecord.c.record, RegionFields.c.fields
    head = bindparam("head", type_=Text) + ',"file_name":' + func.json_quote(Image.c.file_name)
    is_own = Region.c.category_pk == PoolEntry.c.category_pk
    of_category = func.json_set(record, "$.category_id", _given("category_id"))
    return case(
        (and_(RegionRecord.c.is_odd == 0, is_own), head + "," + _rest(record)),
        (RegionRecord.c.is_odd == 0, head + "," + _rest(of_category)),
        (and_(record.is_(None), _are_whole()), head + _object() + "," + _rest(fields)),
        else_=null(),
    )


def _rest(text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Return a JSON object without the bracket that it begins with: as bytes, none is counted."""
    return cast(func.substr(cast(text, LargeBinary), 2), Text)


def _are_whole() -> ColumnElement[bool]:
    """Whether a box has whole numbers, which SQLite writes as they are, and fields of its own."""
    sides = (Region.c.x, Region.c.y, Region.c.w, Region.c.h)
    ours = (*_OF_OBJECT, *_MORE_OF_OBJECT)
    return and_(
        *(func.typeof(side) == "integer" for side in sides),
        *(func.instr(RegionFields.c.fields, f'"{name}"') == 0 for name in ours),
        func.length(RegionFields.c.fields) > len("{}"),
    )


def _object() -> ColumnElement[str]:
    """Return the members of an object of Visual Genome that have columns, with commas before."""
    numbers = {
        "image_id": Image.c.key,
        "category_id": _given("category_id"),
        "object_id": Region.c.key,
        **{side: Region.c[side] for side in "xywh"},
    }
    text = ',"synsets":[' + bindparam("synset", type_=Text) + "]"
    for member, number in numbers.items():
        text = text + f',"{member}":' + cast(number, Text)
    return text
