"""The rows of a batch of regions, by the column, and how they differ from those that are there."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, func, or_, select

from ovmr_index.db.bulk import Row, Same, stream_rows
from ovmr_index.db.models import Category, Image, Region, RegionDetail, RegionSynset
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
DETAIL = ("region_pk", "segmentation", "fields")
SYNSET = ("region_pk", "position", "synset_pk")
_KEY, _POSITION = REGION.index("key"), REGION.index("position")
_SOURCE = REGION.index("source_pk")
_IMAGE, _CATEGORY = REGION.index("image_pk"), REGION.index("category_pk")
_SYNSET = REGION.index("synset_pk")
_CROWD, _NUMBERS = REGION.index("is_crowd"), slice(REGION.index("x"), None)


class RegionRows(NamedTuple):
    """Rows of regions, of their details, and of their synsets where several."""

    regions: Columns
    details: Columns
    synsets: Columns

    def pks(self) -> dict[int, int]:
        """Return the row number of each region by its id."""
        return dict(zip(self.regions[_KEY], self.regions[0], strict=True)) if self.regions else {}

    def given_regions(self) -> tuple[Sequence[str], Sequence[Sequence[Any] | Same]]:
        """Return names and columns of the regions but for what is its default in every row.

        They are all of one source.
        """
        if not self.regions:
            return REGION, ()
        given: dict[str, Sequence[Any] | Same] = dict(zip(REGION, self.regions, strict=True))
        given["source_pk"] = Same(self.regions[_SOURCE][0])
        if not any(self.regions[_CROWD]):
            del given["is_crowd"]
        return (*given,), (*given.values(),)

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
        return {region_pk for region_pk in after if before.get(region_pk) != after[region_pk]}

    def only(self, pks: set[int]) -> "RegionRows":
        """Return the rows of these regions."""
        if not pks:
            return NO_ROWS
        rows = ([row for row in zip(*part, strict=True) if row[0] in pks] for part in self)
        return RegionRows(*(tuple(zip(*part, strict=True)) for part in rows))


NO_ROWS = RegionRows((), (), ())


def stored_rows(connection: Connection, source_pk: int, keys: Collection[int]) -> RegionRows:
    """Return what there is of a source's regions with these ids, ordered by row number."""
    mine = _select(Region, REGION).where(
        Region.c.source_pk == source_pk, Region.c.key.in_(_values(keys))
    )
    found = _read(connection, mine.order_by(Region.c.pk))
    pks = found[0] if found else ()
    of_details = _select(RegionDetail, DETAIL).where(RegionDetail.c.region_pk.in_(_values(pks)))
    of_synsets = _select(RegionSynset, SYNSET).where(RegionSynset.c.region_pk.in_(_values(pks)))
    return RegionRows(
        found,
        _read(connection, of_details.order_by(RegionDetail.c.region_pk)),
        _read(connection, of_synsets.order_by(RegionSynset.c.region_pk, RegionSynset.c.position)),
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


def detail_rows(pks: Sequence[int], read: RegionColumns) -> Columns:
    """Return the rows of the regions that have polygons or fields without a column."""
    columns = (pks, read.segmentation, read.fields)
    if None not in read.segmentation or None not in read.fields:
        return columns
    rows = [row for row in zip(*columns, strict=True) if row[1:] != (None, None)]
    return tuple(zip(*rows, strict=True))


def _select(of: Table, names: Sequence[str]) -> Select[Any]:
    return select(*(of.c[name] for name in names))


def _values(numbers: Collection[int]) -> Select[Any]:
    """Return a query of these numbers, which are one bound value: thousands take long to bind."""
    return select(func.json_each(json.dumps([*numbers])).table_valued("value").c.value)


def _read(connection: Connection, query: Select[Any]) -> Columns:
    return tuple(zip(*stream_rows(connection, query), strict=True))


def _by_column(rows: RegionRows) -> list[list[Any]]:
    """Return everything but positions, to compare batches by that have one order."""
    columns = [[*column] for part in rows for column in part]
    types = [[*map(type, column)] for column in rows.regions[_NUMBERS]]
    return [*columns[:_POSITION], *columns[_POSITION + 1 :], *types]


def _by_region(rows: RegionRows) -> dict[int, tuple[Row, tuple[type, ...], list[Row]]]:
    """Return what is said of each region but its position, with the types of its numbers."""
    apart: defaultdict[int, list[Row]] = defaultdict(list)
    for part in (rows.details, rows.synsets):
        for row in zip(*part, strict=True):
            apart[row[0]].append(row)
    return {
        row[0]: (
            (*row[:_POSITION], *row[_POSITION + 1 :]),
            tuple(map(type, row[_NUMBERS])),
            apart[row[0]],
        )
        for row in zip(*rows.regions, strict=True)
    }
