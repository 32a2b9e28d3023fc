"""Exemplars as they leave the index: the rows behind pools, samples and their files."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Label,
    SQLColumnExpression,
    null,
    select,
)

from ovmr_index.db.bulk import Query, Row
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    RegionFields,
    RegionRecord,
    Source,
    Synset,
)
from ovmr_index.formats.records import Number
from ovmr_index.images.locations import Location, file_name, join_location, location_columns
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


class ExemplarRow(NamedTuple):
    """An exemplar as the queries of pools and of samples select it.

    The first fields are those of `Exemplar`, but `root` is as the index keeps it. `area` is the
    mask's; `record` and `fields` are those of a `RegionRecord`. From `archive` on they are those of
    `Location`, and last the name of the source.

    Where millions of rows pass they stay the driver's tuples: `ExemplarRow._make` takes 0.2
    microseconds. Take their values by name all the same, with `exemplar_values`.
    """

    category_id: int
    category_synset: str
    synset: str
    dataset: str
    format: str
    split: str | None
    root: str
    file_name: str
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    weight: float
    image_id: int | None
    region_id: int | None
    area: Number | None
    record: str | None
    is_odd: int | None
    fields: str | None
    image_width: int | None = None
    image_height: int | None = None
    archive: str | None = None
    archive_offset: int | None = None
    archive_size: int | None = None
    compression: str | None = None
    member_offset: int | None = None
    member_size: int | None = None
    follow_links: int | None = None
    source: str | None = None


_WITHOUT_LOCATION = ExemplarRow._fields[: ExemplarRow._fields.index("image_width")]


def exemplar_values(*names: str) -> Callable[[Row], Any]:
    """Return what takes the values of these fields out of a row, as a tuple if there are several.

    The row is an `ExemplarRow`, or the driver's tuple in its order.
    """
    return itemgetter(*map(ExemplarRow._fields.index, names))


def in_order(columns: Mapping[str, SQLColumnExpression[Any]]) -> list[Label[Any]]:
    """Return the columns of an `ExemplarRow`, which are given by name, as a query selects them.

    Those that are not given are null; those of the location are left out where none is given: two
    million rows take 6 % longer with them.
    """
    unknown = columns.keys() - set(ExemplarRow._fields)
    assert not unknown, unknown
    has_location = not columns.keys().isdisjoint(Location._fields)
    names = ExemplarRow._fields if has_location else _WITHOUT_LOCATION
    return [columns.get(name, null()).label(name) for name in names]


def category_entries(category_pk: int) -> Query:
    """Return the `ExemplarRow`s of a category's pool, by position, without details."""
    return (
        entry_rows(location=True)
        .where(PoolEntry.c.category_pk == category_pk)
        .order_by(PoolEntry.c.position)
    )


DETAILS: Mapping[str, SQLColumnExpression[Any]] = {
    "record": RegionRecord.c.record,
    "is_odd": RegionRecord.c.is_odd,
    "fields": RegionFields.c.fields,
}


def join_details(entries: Query) -> Query:
    """Join the record and the fields of the regions of a query, where they have some."""
    records = entries.outerjoin(RegionRecord, RegionRecord.c.region_pk == Region.c.pk)
    return records.outerjoin(RegionFields, RegionFields.c.pk == Region.c.fields_pk)


def _columns() -> dict[str, SQLColumnExpression[Any]]:
    """Return what every `ExemplarRow` has, by the names of its fields."""
    return {
        "category_id": Category.c.key,
        "category_synset": category_synset(),
        "synset": Synset.c.name,
        "dataset": Dataset.c.name,
        "format": Source.c.format,
        "split": Folder.c.split,
        "root": Dataset.c.root,
        "file_name": file_name(),
        "x": Region.c.x,
        "y": Region.c.y,
        "w": Region.c.w,
        "h": Region.c.h,
        "weight": PoolEntry.c.weight,
        "image_id": Image.c.key,
        "region_id": Region.c.key,
        "area": Region.c.area,
    }


def entry_rows(*, details: bool = False, location: bool = False) -> Query:
    """Select pool entries as `ExemplarRow`s: what is not asked for is null, or left out.

    `details` are a region's record and fields, `location` is the size of the image and where
    in a tar it is.
    """
    columns = _columns()
    if details:
        columns |= DETAILS
    if location:
        columns |= {"image_width": Image.c.width, "image_height": Image.c.height}
        columns |= location_columns() | {"source": Source.c.name}
    entries = (
        select(*in_order(columns))
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Synset, Synset.c.pk == PoolEntry.c.synset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
    )
    if details:
        entries = join_details(entries)
    return join_location(entries) if location else entries
