"""Regions to tables, a batch at a time: each is added, changed or left as it was."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from ovmr_index.db.engine import Row, insert_rows, stream_rows
from ovmr_index.db.models import Base, Region, RegionDetail, RegionSynset, table
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.rows import SynsetIds, collector_paused, indexes_rebuilt, next_id
from ovmr_index.progress import Progress
from ovmr_index.records import AnnotationReader, RegionRecord

BATCH = 4_096
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


@dataclass(slots=True)
class _Rows:
    """The rows of a batch: of regions, of their details, of their synsets where several."""

    regions: list[Row] = field(default_factory=list)
    details: list[Row] = field(default_factory=list)
    synsets: list[Row] = field(default_factory=list)

    def by_region(self) -> dict[int, tuple[Row, list[Row], str]]:
        """Return what is said of each region but its position, to compare it by.

        The text tells 5 from 5.0, which are equal and yet written differently.
        """
        apart: dict[int, list[Row]] = {row[0]: [] for row in self.regions}
        for row in self.details + self.synsets:
            apart[row[0]].append(row)
        return {
            row[0]: ((*row[:3], *row[4:]), apart[row[0]], repr(row[7:])) for row in self.regions
        }

    def without(self, ids: set[int]) -> "_Rows":
        """Return the rows of the other regions."""
        parts = (self.regions, self.details, self.synsets)
        return _Rows(*([row for row in part if row[0] not in ids] for part in parts))


class RegionLoad:
    """One pass over the regions of a source, within the transaction of `connection`."""

    def __init__(
        self,
        connection: Connection,
        source_id: int,
        reader: AnnotationReader,
        categories: dict[int, int],
        images: dict[int, int],
        synsets: SynsetIds,
    ) -> None:
        """`categories` and `images` are ids by the source's keys."""
        self._connection, self._source_id, self._reader = connection, source_id, reader
        self._categories, self._images, self._synsets = categories, images, synsets
        self._next_id = next_id(connection, Region)
        self._seen = bytearray(self._next_id)
        self._position = 0

    def run(self, progress: Progress, name: str) -> Counts:
        """Bring the rows to what `reader` yields; return what changed.

        Raises RecordError for a region whose picture or category does not exist, and for the
        second of two with one id.
        """
        reader = self._reader
        mine = select(func.count()).where(Region.source_id == self._source_id)
        before = self._connection.execute(mine).scalar_one()
        coming = reader.region_count() - before
        counts = Counts()
        try:
            with (
                collector_paused(),
                indexes_rebuilt(self._connection, Region, coming),
                progress(name, reader.total, reader.unit) as advance,
            ):
                self._write_all(counts, advance, fresh=before == 0)
        except (IntegrityError, sqlite3.IntegrityError):
            raise _double(reader) from None
        if before:
            counts.vanished = self._remove_unseen()
        return counts

    def _write_all(
        self,
        counts: Counts,
        advance: Callable[[int], object],
        *,
        fresh: bool,
    ) -> None:
        reader = self._reader
        regions, done = reader.regions(), 0
        while batch := list(islice(regions, BATCH)):
            known = {} if fresh else self._known_ids(batch)
            rows = self._rows(batch, known)
            if known:
                rows = self._changed(rows, set(known.values()), counts)
            counts.added += len(batch) - len(known)
            self._insert(rows)
            advance(reader.done - done)
            done = reader.done

    def _rows(self, batch: list[RegionRecord], known: dict[int, int]) -> _Rows:
        """Return the rows of a batch; a region that is `known` by its key keeps its id."""
        rows = _Rows()
        for key, image_key, category_key, names, *numbers, segmentation, fields in batch:
            region_id = known.get(key) or self._new_id()
            image_id = self._images.get(image_key)
            category_id = None if category_key is None else self._categories.get(category_key)
            if image_id is None:
                raise _dangling(self._reader, key, f"image {image_key}")
            if category_id is None and category_key is not None:
                raise _dangling(self._reader, key, f"category {category_key}")
            synset_ids = [self._synsets[name] for name in names]
            only = synset_ids[0] if len(synset_ids) == 1 else None
            place = (region_id, self._source_id, key, self._position, image_id, category_id, only)
            rows.regions.append((*place, *numbers))
            self._position += 1
            if segmentation is not None or fields is not None:
                rows.details.append((region_id, segmentation, fields))
            if len(synset_ids) > 1:
                rows.synsets += [(region_id, *pair) for pair in enumerate(synset_ids)]
        return rows

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _known_ids(self, batch: list[RegionRecord]) -> dict[int, int]:
        """Return the ids of the regions that are there already, by key."""
        query = select(Region.key, Region.id).where(
            Region.source_id == self._source_id, Region.key.in_([record.key for record in batch])
        )
        return dict(self._connection.execute(query).all())

    def _changed(self, rows: _Rows, ids: set[int], counts: Counts) -> _Rows:
        """Remove the old rows of regions that have changed or moved; return the rows to insert."""
        stored = self._stored(ids)
        before, after = stored.by_region(), rows.by_region()
        positions = {row[0]: row[3] for row in stored.regions}
        same = {region_id for region_id in ids if before[region_id] == after[region_id]}
        still = {row[0] for row in rows.regions if positions.get(row[0]) == row[3]} & same
        new = [region_id for region_id in ids if region_id >= len(self._seen)]
        if new or any(map(self._seen.__getitem__, ids)) or len(after) != len(rows.regions):
            raise _double(self._reader)
        for region_id in ids:
            self._seen[region_id] = 1
        counts.unchanged += len(same)
        counts.changed += len(ids) - len(same)
        self._remove(ids - still)
        return rows.without(still)

    def _stored(self, ids: set[int]) -> _Rows:
        def read(model: type[Base], columns: tuple[str, ...], key: str) -> list[Row]:
            of = table(model)
            query = select(*(of.c[name] for name in columns)).where(of.c[key].in_(ids))
            return list(stream_rows(self._connection, query.order_by(*of.primary_key.columns)))

        return _Rows(
            read(Region, _REGION, "id"),
            read(RegionDetail, _DETAIL, "region_id"),
            read(RegionSynset, _SYNSET, "region_id"),
        )

    def _insert(self, rows: _Rows) -> None:
        for model, columns, of in (
            (Region, _REGION, rows.regions),
            (RegionDetail, _DETAIL, rows.details),
            (RegionSynset, _SYNSET, rows.synsets),
        ):
            if of:
                insert_rows(self._connection, table(model), columns, of)

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


def _dangling(reader: AnnotationReader, key: int, missing: str) -> RecordError:
    problem = f"its {missing} is not in {reader.files[-1].name}"
    place = f"{reader.region_name} (id {key})"
    return RecordError(reader.files[0], place, problem, "mend or remove the record")


def _double(reader: AnnotationReader) -> RecordError:
    """Read from the start again to name the id that two regions share."""
    seen: set[int] = set()
    for position, record in enumerate(reader.regions()):
        if record.key in seen:
            place = f"{reader.region_name} number {position} (id {record.key})"
            break
        seen.add(record.key)
    else:
        place = reader.region_name
    problem = "another record before it has the same id"
    return RecordError(reader.files[0], place, problem, "remove one of them")
