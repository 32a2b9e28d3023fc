"""The texts of a category's exemplars, written by SQLite: two million of them pass here.

A run is what stands at the places `first` to `last` of the pool of a category (`category_pk`), all
of one dataset and one synset. These are parameters of the queries.
"""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import IsClosed, IsWhole, Joined, PlaceOf, Quoted, Rest, TextBytes
from ovmr_index.db.models import (
    WHOLE,
    Dataset,
    Image,
    PoolEntry,
    Region,
    RegionFields,
    RegionRecord,
    Source,
    Synset,
)
from ovmr_index.pools.exemplar_queries import entry_rows

# The members that an object of Visual Genome has beside those of its file.
_OF_OBJECT = (
    *("image_id", "dataset", "file_name", "category_id", "synset", "synsets", "object_id"),
    *("x", "y", "w", "h"),
)


def spans(*among: ColumnElement[bool]) -> Query:
    """Return (dataset, synset, whether a whole image, first and last position, how many).

    They are the exemplars of a category that share the first three: row numbers, and what tells
    boxes from images. `among` are conditions of entries. The parameter is `category_pk`.
    """
    position = PoolEntry.c.position
    shared = (PoolEntry.c.dataset_pk, PoolEntry.c.synset_pk, PoolEntry.c.region_pk.is_(None))
    return (
        select(*shared, func.min(position).label("first"), func.max(position), func.count())
        .where(PoolEntry.c.category_pk == _given("category_pk"), *among)
        .group_by(*shared)
        .order_by("first")
    )


def places(*among: ColumnElement[bool]) -> Query:
    """Return (dataset, synset, whether a whole image, position) of a category's exemplars.

    `among` are conditions of entries. The parameter is `category_pk`.
    """
    columns = (PoolEntry.c.dataset_pk, PoolEntry.c.synset_pk, PoolEntry.c.region_pk.is_(None))
    mine = PoolEntry.c.category_pk == _given("category_pk")
    found = select(*columns, PoolEntry.c.position).where(mine, *among)
    return found.order_by(PoolEntry.c.position)


def names() -> Query:
    """Return the name of a dataset, that of a synset, and the format of the dataset's source.

    The parameters are `dataset_pk` and `synset_pk`.
    """
    form = select(Source.c.format).where(Source.c.dataset_pk == Dataset.c.pk).limit(1)
    return select(Dataset.c.name, Synset.c.name, form.scalar_subquery()).where(
        Dataset.c.pk == _given("dataset_pk"), Synset.c.pk == _given("synset_pk")
    )


def image_texts() -> Query:
    """Return the paths of a run of whole images as JSON, with `between` between each two."""
    path = Quoted(Image.c.file_name)
    return _joined(_run(path), bindparam("between", type_=Text))


def annotation_texts() -> Query:
    """Return the records of a run of annotations, with members of ours before those of the file.

    Those that cannot be taken as they are, because they are odd or of another category, are left
    out. `head` is a JSON object's beginning.
    """
    record = RegionRecord.c.record
    own = Region.alias("own")
    is_own = (
        exists(own.c.pk)
        .where(own.c.category_pk == PoolEntry.c.category_pk, own.c.pk == PoolEntry.c.region_pk)
        .with_hint(own, "INDEXED BY ix_regions_category_id", "sqlite")
    )
    can = and_(RegionRecord.c.is_odd == 0, IsClosed(record), is_own)
    as_it_is = case((can, _head() + Rest(record)))
    records = _run(as_it_is).join(RegionRecord, RegionRecord.c.region_pk == PoolEntry.c.region_pk)
    return _joined(records, literal(","))


def object_texts() -> Query:
    """Return a run of objects, their columns and their fields, as JSON.

    Those with numbers that are not whole, which SQLite writes in another way, are left out, and
    those whose fields have names of ours. `category_id` is the category's, `synset` its synset as
    JSON, and `head` a JSON object's beginning.
    """
    fields = RegionFields.c.fields
    can = and_(
        *(IsWhole(Region.c[side]) for side in "xywh"),
        *(PlaceOf(fields, literal(f'"{name}"')) == 0 for name in _OF_OBJECT),
        func.length(fields) > len("{}"),
    )
    objects = _run(case((can, _head() + _members() + "," + Rest(fields))))
    return _joined(
        objects.join(Region, Region.c.pk == PoolEntry.c.region_pk).join(
            RegionFields, RegionFields.c.pk == Region.c.fields_pk
        ),
        literal(","),
    )


def entries() -> Query:
    """Return the `ExemplarRow`s of a run."""
    return entry_rows(details=True).where(*_places()).order_by(PoolEntry.c.position)


def _given(name: str) -> BindParameter[int]:
    return bindparam(name, type_=WHOLE)


def _places() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    between = PoolEntry.c.position.between(_given("first"), _given("last"))
    return PoolEntry.c.category_pk == _given("category_pk"), between


def _run(text: ColumnElement[str]) -> Select[str]:
    """Select a text for each exemplar of a run, in order; null is none."""
    return (
        select(text.label("text"))
        .select_from(PoolEntry)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .where(*_places())
        .order_by(PoolEntry.c.position)
    )


def _joined(texts: Select[str], between: SQLColumnExpression[str]) -> Query:
    """Return texts as one, in bytes, and how many they are."""
    found = texts.subquery("texts")
    return select(TextBytes(Joined(found.c.text, between)), func.count(found.c.text))


def _head() -> ColumnElement[str]:
    path = Quoted(Image.c.file_name)
    return bindparam("head", type_=Text) + literal(',"file_name":') + path + literal(",")


def _members() -> ColumnElement[str]:
    """Return the members of an object that have columns."""
    numbers = {
        "image_id": Image.c.key,
        "category_id": _given("category_id"),
        "object_id": Region.c.key,
        **{side: Region.c[side] for side in "xywh"},
    }
    text = literal('"synsets":[') + bindparam("synset", type_=Text) + literal("]")
    for member, number in numbers.items():
        text = text + literal(f',"{member}":') + cast(number, Text)
    return text
