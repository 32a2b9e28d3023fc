"""The rows of a batch of regions, by the column, and how they differ from those that are there."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from itertools import compress, repeat
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, or_, select

from ovmr_index.db.bulk import Row, Same, stream_rows
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import (
    Category,
    Image,
    Region,
    RegionFields,
    RegionRecord,
    RegionSynset,
)
from ovmr_index.formats.records import RegionColumns

Columns = Sequence[Sequence[Any]]

REGION = (
    "pk",
    "source_pk",
    "key",
    "position",
    "image_pk",
    "category_pk",
    "synset_pk",
    "is_crowd",
    "x",
    "y",
    "w",
    "h",
    "area",
)
RECORD = ("region_pk", "record", "is_odd")
SYNSET = ("region_pk", "position", "synset_pk")
_KEY, _POSITION = REGION.index("key"), REGION.index("position")
_SOURCE = REGION.index("source_pk")
_IMAGE, _CATEGORY = REGION.index("image_pk"), REGION.index("category_pk")
_SYNSET = REGION.index("synset_pk")
_CROWD, _NUMBERS = REGION.index("is_crowd"), slice(REGION.index("x"), None)


class RegionRows(NamedTuple):
    """Rows of regions, of their records, and of their synsets where several.

    `fields` are the texts of those that have some, as long as the regions, or empty.
    """

    regions: Columns
    records: Columns
    synsets: Columns
    fields: Sequence[str | None] = ()

    def pks(self) -> dict[int, int]:
        """Return the row number of each region by its id."""
        return dict(zip(self.regions[_KEY], self.regions[0], strict=True)) if self.regions else {}

    def given_regions(
        self, fields_pks: Mapping[str, int]
    ) -> tuple[Sequence[str], Sequence[Sequence[Any] | Same]]:
        """Return names and columns of the regions but for what is its default in every row.

        They are all of one source. `fields_pks` gives the rows of their fields.
        """
        if not self.regions:
            return REGION, ()
        given: dict[str, Sequence[Any] | Same] = dict(zip(REGION, self.regions, strict=True))
        given["source_pk"] = Same(self.regions[_SOURCE][0])
        if not any(self.regions[_CROWD]):
            del given["is_crowd"]
        if self.fields:
            given["fields_pk"] = [
                None if text is None else fields_pks[text] for text in self.fields
            ]
        return (*given,), (*given.values(),)

    def given_records(self) -> tuple[Sequence[str], Columns]:
        """Return names and columns of the records but for what is its default in every row."""
        if self.records and not any(self.records[2]):
            return RECORD[:2], self.records[:2]
        return RECORD, self.records

    def positions(self) -> dict[int, int]:
        """Return the position of each region by its row number."""
        return dict(zip(self.regions[0], self.regions[_POSITION], strict=True))

    def labels(self, pks: Set[int]) -> dict[int, tuple[int, int | None]]:
        """Return the image and the category of these regions, all by row number."""
        columns = (self.regions[i] for i in (0, _IMAGE, _CATEGORY))
        return {
            pk: (image, category) for pk, image, category in zip(*columns, strict=True) if pk in pks
        }

    def own_synsets(self, pks: Set[int]) -> dict[int, Set[int]]:
        """Return the synsets of those of these regions that have some of their own."""
        one = zip(self.regions[0], self.regions[_SYNSET], strict=True)
        found: dict[int, Set[int]] = {
            pk: {synset_pk} for pk, synset_pk in one if synset_pk is not None and pk in pks
        }
        for pk, _, synset_pk in zip(*self.synsets, strict=True):
            if pk in pks:
                found[pk] = {*found.get(pk, ()), synset_pk}
        return found

    def differing(self, others: "RegionRows") -> set[int]:
        """Return the row numbers in `others` whose rows differ from these, but for the position.

        5 is not 5.0: they are equal and yet written differently.
        """
        if _by_column(self) == _by_column(others):
            return set()
        before, after = _by_region(self), _by_region(others)
        differing = {pk for pk in after if before.get(pk) != after[pk]}
        records, now = self.record_texts(), others.record_texts()
        return differing | {pk for pk in now if not _say_the_same(records.get(pk), now[pk])}

    def record_texts(self) -> dict[int, str]:
        """Return the records by row number."""
        return dict(zip(*self.records[:2], strict=True)) if self.records else {}

    def only(self, pks: set[int]) -> "RegionRows":
        """Return the rows of these regions."""
        if not pks:
            return NO_ROWS
        parts = (self.regions, self.records, self.synsets)
        rows = ([row for row in zip(*part, strict=True) if row[0] in pks] for part in parts)
        regions, records, synsets = (tuple(zip(*part, strict=True)) for part in rows)
        fields = [*compress(self.fields, map(pks.__contains__, self.regions[0]))]
        return RegionRows(regions, records, synsets, fields)


NO_ROWS = RegionRows((), (), ())


def stored_rows(connection: Connection, source_pk: int, keys: Collection[int]) -> RegionRows:
    """Return what there is of a source's regions with these ids, ordered by row number."""
    mine = Region.c.source_pk == source_pk, Region.c.key.in_(numbers(keys))
    regions = select(*(Region.c[name] for name in REGION), RegionFields.c.fields)
    regions = regions.outerjoin(RegionFields, RegionFields.c.pk == Region.c.fields_pk)
    *found, texts = _read(connection, regions.where(*mine).order_by(Region.c.pk)) or ((),)
    pks = found[0] if found else ()
    records = select(*(RegionRecord.c[name] for name in RECORD))
    records = records.where(RegionRecord.c.region_pk.in_(numbers(pks)))
    synsets = select(*(RegionSynset.c[name] for name in SYNSET))
    synsets = synsets.where(RegionSynset.c.region_pk.in_(numbers(pks)))
    return RegionRows(
        found,
        _read(connection, records.order_by(RegionRecord.c.region_pk)),
        _read(connection, synsets.order_by(RegionSynset.c.region_pk, RegionSynset.c.position)),
        texts if any(texts) else (),
    )


def dangling_query(source_pk: int) -> Select[int]:
    """Return a query of a region whose image or category is not there, if there is one."""
    return (
        select(Region.c.key)
        .outerjoin(Image, Image.c.pk == Region.c.image_pk)
        .outerjoin(Category, Category.c.pk == Region.c.category_pk)
        .where(
            Region.c.source_pk == source_pk,
            or_(Image.c.pk.is_(None), Category.c.pk.is_(None) & Region.c.category_pk.is_not(None)),
        )
        .order_by(Region.c.pk)
        .limit(1)
    )


def read_rows(regions: Columns, read: RegionColumns, synsets: Columns) -> RegionRows:
    """Return the rows of regions that were read; `regions` are their own, by row number first."""
    pks = regions[0]
    records: Columns = ()
    if any(read.record):
        records = pks, read.record, read.is_odd or [False] * len(pks)
        if None in read.record:
            rows = [row for row in zip(*records, strict=True) if row[1] is not None]
            records = tuple(zip(*rows, strict=True))
    return RegionRows(regions, records, synsets, read.fields if any(read.fields) else ())


def _read(connection: Connection, query: Select[Any]) -> Columns:
    return tuple(zip(*stream_rows(connection, query), strict=True))


def _by_column(rows: RegionRows) -> list[Any]:
    """Return everything but positions, to compare batches by that have one order."""
    parts = (rows.regions, rows.records, rows.synsets)
    columns: list[Any] = [[*column] for part in parts for column in part]
    types = [[*map(type, column)] for column in rows.regions[_NUMBERS]]
    return [*columns[:_POSITION], *columns[_POSITION + 1 :], *types, [*rows.fields]]


def _by_region(rows: RegionRows) -> dict[int, tuple[Any, ...]]:
    """Return what is said of each region but its position and its record."""
    several: defaultdict[int, list[Row]] = defaultdict(list)
    for row in zip(*rows.synsets, strict=True):
        several[row[0]].append(row)
    fields = rows.fields or repeat(None)
    odd = {pk for pk, _, is_odd in zip(*rows.records, strict=True) if is_odd}
    return {
        row[0]: (
            (*row[:_POSITION], *row[_POSITION + 1 :]),
            tuple(map(type, row[_NUMBERS])),
            several[row[0]],
            text,
            row[0] in odd,
        )
        for row, text in zip(zip(*rows.regions, strict=True), fields, strict=False)
    }


def _say_the_same(record: str | None, other: str) -> bool:
    """Return whether two records have the same members, in whatever order: 5 is not 5.0."""
    if record is None or record == other:
        return record == other
    try:
        one, two = (json.dumps(json.loads(text), sort_keys=True) for text in (record, other))
    except ValueError:
        return False  # the index is damaged
    return one == two
