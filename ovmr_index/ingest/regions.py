"""Regions to tables, a batch at a time: each is added, changed or left as it was."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from ovmr_index.db.engine import Row, insert_columns, stream_rows
from ovmr_index.db.models import Base, Region, RegionDetail, RegionSynset, table
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.rows import SynsetIds, collector_paused, indexes_rebuilt, next_id
from ovmr_index.progress import Progress
from ovmr_index.records import RegionColumns
from ovmr_index.sources.feed import BATCH, AnnotationFeed, open_feed
from ovmr_index.sources.layout import Place

Columns = Sequence[Sequence[Any]]

_REGION = (
    "id",
    "source_id",
    "key",
    "position",
    "image_id",
    "category_id",
    "synset_id",
    "x",
    "y",
    "w",
    "h",
    "area",
)
_DETAIL = ("region_id", "segmentation", "fields")
_SYNSET = ("region_id", "position", "synset_id")


class _Batch(NamedTuple):
    """Rows by the column: of regions, of their details, of their synsets where several."""

    regions: Columns
    details: Columns
    synsets: Columns

    def by_region(self) -> dict[int, tuple[Row, list[Row], str]]:
        """Return what is said of each region but its position, to compare it by.

        The text tells 5 from 5.0, which are equal and yet written differently.
        """
        regions = list(zip(*self.regions, strict=True))
        apart: dict[int, list[Row]] = {row[0]: [] for row in regions}
        for part in (self.details, self.synsets):
            for row in zip(*part, strict=True):
                apart[row[0]].append(row)
        return {row[0]: ((*row[:3], *row[4:]), apart[row[0]], repr(row[7:])) for row in regions}

    def positions(self) -> dict[int, int]:
        """Return the position of each region."""
        return dict(zip(self.regions[0], self.regions[3], strict=True)) if self.regions else {}

    def without(self, ids: set[int]) -> "_Batch":
        """Return the rows of the other regions."""
        rows = ([row for row in zip(*part, strict=True) if row[0] not in ids] for part in self)
        return _Batch(*(tuple(zip(*part, strict=True)) for part in rows))


class _OnlySynsets(dict[tuple[str, ...], int | None]):
    """The synset of a region that has one and only one, None for others, by its synsets' names."""

    def __init__(self, synsets: SynsetIds) -> None:
        super().__init__()
        self._synsets = synsets

    def __missing__(self, names: tuple[str, ...]) -> int | None:
        only = self._synsets[names[0]] if len(names) == 1 else None
        self[names] = only
        return only


class RegionLoad:
    """One pass over the regions of a source, within the transaction of `connection`."""

    def __init__(
        self,
        connection: Connection,
        source_id: int,
        place: Place,
        categories: dict[int, int],
        images: dict[int, int],
    ) -> None:
        """`categories` and `images` are ids by the source's keys."""
        self._connection, self._source_id, self._place = connection, source_id, place
        self._categories, self._images = categories, images
        self._synsets = SynsetIds(connection)
        self._only_synsets = _OnlySynsets(self._synsets)
        self._next_id = next_id(connection, Region)
        self._seen = bytearray(self._next_id)
        self._position = 0

    def run(self, feed: AnnotationFeed, progress: Progress) -> Counts:
        """Bring the rows to the regions of `feed`; return what changed.

        Raises RecordError for a region whose picture or category does not exist, and for the
        second of two with one id.
        """
        mine = select(func.count()).where(Region.source_id == self._source_id)
        before = self._connection.execute(mine).scalar_one()
        counts = Counts()
        try:
            with (
                collector_paused(),
                indexes_rebuilt(self._connection, Region, feed.region_count - before),
                progress(self._place.name, feed.total, feed.unit) as advance,
            ):
                self._write_all(feed, counts, advance, fresh=before == 0)
        except (IntegrityError, sqlite3.IntegrityError):
            raise _double(self._place) from None
        if before:
            counts.vanished = self._remove_unseen()
        return counts

    def _write_all(
        self,
        feed: AnnotationFeed,
        counts: Counts,
        advance: Callable[[int], object],
        *,
        fresh: bool,
    ) -> None:
        done = 0
        for read in feed.regions():
            known = {} if fresh else self._known_ids(read.key)
            batch = self._batch(feed, read, known)
            if known:
                batch = self._changed(batch, set(known.values()), counts)
            counts.added += len(read.key) - len(known)
            self._insert(batch)
            advance(read.done - done)
            done = read.done

    def _batch(self, feed: AnnotationFeed, read: RegionColumns, known: dict[int, int]) -> _Batch:
        """Return the rows of a batch; a region that is `known` by its key keeps its id."""
        count = len(read.key)
        ids = self._ids(read.key, known)
        positions = range(self._position, self._position + count)
        self._position += count
        regions = (
            ids,
            [self._source_id] * count,
            read.key,
            positions,
            _looked_up(feed, "image", self._images, read.key, read.image_key),
            _looked_up(feed, "category", self._categories, read.key, read.category_key),
            [*map(self._only_synsets.__getitem__, read.synsets)],
            *(read.x, read.y, read.w, read.h, read.area),
        )
        return _Batch(regions, _details(ids, read), self._several_synsets(ids, read))

    def _several_synsets(self, ids: Sequence[int], read: RegionColumns) -> Columns:
        if max(map(len, read.synsets)) < 2:
            return ()
        rows = [
            (region_id, position, self._synsets[name])
            for region_id, names in zip(ids, read.synsets, strict=True)
            if len(names) > 1
            for position, name in enumerate(names)
        ]
        return tuple(zip(*rows, strict=True))

    def _ids(self, keys: Sequence[int], known: dict[int, int]) -> list[int]:
        """Return the ids of regions by their keys, new ones for those that are not `known`."""
        count = len(keys) - len(known)
        new = iter(range(self._next_id, self._next_id + count))
        self._next_id += count
        return [known.get(key) or next(new) for key in keys] if known else list(new)

    def _known_ids(self, keys: Sequence[int]) -> dict[int, int]:
        """Return the ids of the regions that are there already, by key."""
        query = select(Region.key, Region.id).where(
            Region.source_id == self._source_id, Region.key.in_(keys)
        )
        return dict(self._connection.execute(query).all())

    def _changed(self, batch: _Batch, ids: set[int], counts: Counts) -> _Batch:
        """Remove the old rows of regions that have changed or moved; return the rows to insert."""
        stored = self._stored(ids)
        before, after = stored.by_region(), batch.by_region()
        was_at, is_at = stored.positions(), batch.positions()
        same = {region_id for region_id in ids if before[region_id] == after[region_id]}
        still = {region_id for region_id in same if was_at[region_id] == is_at[region_id]}
        new = [region_id for region_id in ids if region_id >= len(self._seen)]
        if new or any(map(self._seen.__getitem__, ids)) or len(after) != len(batch.regions[0]):
            raise _double(self._place)
        for region_id in ids:
            self._seen[region_id] = 1
        counts.unchanged += len(same)
        counts.changed += len(ids) - len(same)
        self._remove(ids - still)
        return batch.without(still)

    def _stored(self, ids: set[int]) -> _Batch:
        def read(model: type[Base], columns: tuple[str, ...], key: str) -> Columns:
            of = table(model)
            query = select(*(of.c[name] for name in columns)).where(of.c[key].in_(ids))
            rows = stream_rows(self._connection, query.order_by(*of.primary_key.columns))
            return tuple(zip(*rows, strict=True))

        return _Batch(
            read(Region, _REGION, "id"),
            read(RegionDetail, _DETAIL, "region_id"),
            read(RegionSynset, _SYNSET, "region_id"),
        )

    def _insert(self, batch: _Batch) -> None:
        for model, names, columns in (
            (Region, _REGION, batch.regions),
            (RegionDetail, _DETAIL, batch.details),
            (RegionSynset, _SYNSET, batch.synsets),
        ):
            insert_columns(self._connection, table(model), names, columns)

    def _remove(self, ids: set[int]) -> None:
        for column in (RegionSynset.region_id, RegionDetail.region_id, Region.id):
            self._connection.execute(delete(column.class_).where(column.in_(ids)))

    def _remove_unseen(self) -> int:
        """Remove the regions of the source that its file holds no more; return their number."""
        query = select(Region.id).where(
            Region.source_id == self._source_id, Region.id < len(self._seen)
        )
        gone = [row[0] for row in stream_rows(self._connection, query) if not self._seen[row[0]]]
        for start in range(0, len(gone), BATCH):
            self._remove(set(gone[start : start + BATCH]))
        return len(gone)


def _details(ids: Sequence[int], read: RegionColumns) -> Columns:
    """Return the rows of the regions that have polygons or fields without a column."""
    columns = (ids, read.segmentation, read.fields)
    if None not in read.segmentation or None not in read.fields:
        return columns
    rows = [row for row in zip(*columns, strict=True) if row[1:] != (None, None)]
    return tuple(zip(*rows, strict=True))


def _looked_up(
    feed: AnnotationFeed,
    what: str,
    ids: dict[int, int],
    region_keys: Sequence[int],
    keys: Sequence[int | None],
) -> list[int | None]:
    """Return the ids of what regions point to, None for none; raises RecordError where unknown."""
    if keys.count(None) == len(keys):
        return [None] * len(keys)
    found = [None if key is None else ids.get(key) for key in keys]
    if found.count(None) > keys.count(None):
        for region_key, key, row in zip(region_keys, keys, found, strict=True):
            if row is None and key is not None:
                raise _dangling(feed, region_key, f"{what} {key}")
    return found


def _dangling(feed: AnnotationFeed, key: int, missing: str) -> RecordError:
    problem = f"its {missing} is not in {feed.files[-1].name}"
    place = f"{feed.region_name} (id {key})"
    return RecordError(feed.files[0], place, problem, "mend or remove the record")


def _double(place: Place) -> RecordError:
    """Read from the start again to name the id that two regions share."""
    seen: set[int] = set()
    with open_feed(place.format, place.path) as feed:
        for _ in feed.images():
            pass
        where = feed.region_name
        for position, key in enumerate(key for read in feed.regions() for key in read.key):
            if key in seen:
                where = f"{feed.region_name} number {position} (id {key})"
                break
            seen.add(key)
    problem = "another record before it has the same id"
    return RecordError(feed.files[0], where, problem, "remove one of them")
