"""Regions to tables, a batch at a time: each is added, changed or left as it was."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from ovmr_index.db.bulk import (
    indexes_rebuilt,
    insert_columns,
    next_pk,
    stream_rows,
    update_rows,
)
from ovmr_index.db.models import Region, RegionRecord, RegionSynset
from ovmr_index.errors import RecordError
from ovmr_index.formats.own_ids import with_coco_numbers
from ovmr_index.formats.record_errors import dangling_error, dangling_region, duplicate_error
from ovmr_index.formats.records import RecordKeys, RegionBlock, RegionColumns
from ovmr_index.formats.stream import BATCH, AnnotationStream
from ovmr_index.ingest.label_changes import LabelChanges
from ovmr_index.ingest.placements import placement_of
from ovmr_index.ingest.region_fields import FieldsPks
from ovmr_index.ingest.region_rows import (
    NO_ROWS,
    REGION,
    SYNSET,
    Columns,
    RegionRows,
    dangling_query,
    read_rows,
    stored_rows,
)
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.seen_rows import SeenRows
from ovmr_index.ingest.sound_regions import SoundRegions
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.synsets import MeantSynsets, SynsetPks


class _OnlySynsets(dict[tuple[str, ...], int | None]):
    """The synset of a region that has one and only one, None for others, by its synsets' names."""

    def __init__(self, synsets: SynsetPks) -> None:
        super().__init__()
        self._synsets = synsets

    def __missing__(self, names: tuple[str, ...]) -> int | None:
        self[names] = only = self._synsets[names[0]] if len(names) == 1 else None
        return only


_ONLY_SYNSET = REGION.index("synset_pk")


class RegionLoad:
    """One pass over the regions of a source, within the transaction of `connection`.

    After `run`, `blocks` are (number of regions, fingerprint) of the file's blocks, in its order,
    `moved` counts the regions whose position alone has changed, and `labels` what others show.
    """

    def __init__(
        self,
        connection: Connection,
        source_pk: int,
        spec: SourceSpec,
        categories: dict[int, int],
        images: dict[int, int],
        unclear: RecordKeys,
    ) -> None:
        """Take what regions refer to: `categories` and `images` are row numbers by id.

        Those that are `unclear` were the id of a record that was left out, too.
        """
        self._connection, self._source_pk, self._spec = connection, source_pk, spec
        self._categories, self._images = categories, images
        self._sound: SoundRegions | None = None
        if spec.options.skips:
            self._sound = SoundRegions(images, categories, unclear)
        self._synsets = MeantSynsets(connection)
        self._only_synsets = _OnlySynsets(self._synsets)
        self._fields_pks = FieldsPks(connection, source_pk)
        self._first_new = self._next_pk = next_pk(connection, Region)
        self._seen = SeenRows()
        self._skipped = bytearray()
        self._was_at: list[int] = []
        self._position = 0
        self.moved = 0
        self.labels = LabelChanges()
        self.blocks: list[tuple[int, str]] = []

    def run(self, stream: AnnotationStream, progress: Progress) -> Counts:
        """Bring the rows to the regions of `stream`; return what changed.

        Raises RecordError for a region whose image or category does not exist, and for the
        second of two with one id, unless the source skips them.
        """
        mine = select(func.count()).where(Region.c.source_pk == self._source_pk)
        before = self._connection.execute(mine).scalar_one()
        self._skipped = bytearray(before)  # by the position that a region had
        counts = Counts()
        try:
            with (
                indexes_rebuilt(
                    self._connection, Region, stream.region_count - before, self._empty_column()
                ),
                progress(self._spec.name, stream.total, stream.unit) as advance,
            ):
                self._write_all(stream, counts, advance, fresh=before == 0)
        except (IntegrityError, sqlite3.IntegrityError):
            raise self._duplicate() from None
        if before > counts.unchanged + counts.changed:
            counts.vanished = self._remove_unseen()
        if counts.vanished or counts.changed:
            self._fields_pks.remove_unused()
        self._require_sound(stream)
        return counts

    def _require_sound(self, stream: AnnotationStream) -> None:
        """Raise RecordError where what was skipped is at odds with what was read."""
        if any(map(self._skipped.__getitem__, self._was_at)):
            raise self._duplicate()
        has_gaps = any(self._skipped) and not stream.same_images
        if has_gaps and self._connection.execute(dangling_query(self._source_pk)).first():
            spec, coco_ids = self._spec, self._spec.options.coco_ids
            raise dangling_error(spec.format, spec.path, self._images, coco_ids=coco_ids)

    def _duplicate(self) -> RecordError:
        return duplicate_error(self._spec.format, self._spec.path, placement_of(self._spec))

    def _empty_column(self) -> str:
        """Return the column that the regions leave empty: they have a category, or synsets."""
        return "synset_pk" if self._categories else "category_pk"

    def _write_all(
        self,
        stream: AnnotationStream,
        counts: Counts,
        advance: Callable[[int], object],
        *,
        fresh: bool,
    ) -> None:
        done = 0
        for read in stream.regions():
            if isinstance(read, RegionBlock):
                self._end_block(read, counts)
                if not read.skipped:
                    continue
            else:
                self._write(stream, read, counts, fresh=fresh)
            advance(read.done - done)
            done = read.done

    def _write(
        self, stream: AnnotationStream, read: RegionColumns, counts: Counts, *, fresh: bool
    ) -> None:
        if self._spec.options.coco_ids:
            read = with_coco_numbers(read, self._images)
        if self._sound is not None:
            read = self._sound.of(stream, read)
        if not read.key:
            return
        stored = NO_ROWS if fresh else stored_rows(self._connection, self._source_pk, read.key)
        known = stored.pks()
        batch = self._batch(stream, read, known)
        if known:
            batch = self._changed(batch, stored, counts)
        counts.added += len(read.key) - len(known)
        self._insert(batch)

    def _end_block(self, block: RegionBlock, counts: Counts) -> None:
        """Note a block; one that was skipped has the rows that it had."""
        self.blocks.append((block.regions, block.fingerprint))
        if block.skipped:
            start, self._position = self._position, self._position + block.regions
            self._skipped[start : self._position] = b"\1" * block.regions
            counts.unchanged += block.regions

    def _batch(
        self, stream: AnnotationStream, read: RegionColumns, known: dict[int, int]
    ) -> RegionRows:
        """Return the rows of a batch; a region that is `known` by its id keeps its row number."""
        count = len(read.key)
        pks = self._pks(read.key, known)
        positions = range(self._position, self._position + count)
        self._position += count
        regions = (
            pks,
            [self._source_pk] * count,
            read.key,
            positions,
            _looked_up(stream, "image", self._images, read, read.image_key),
            _looked_up(stream, "category", self._categories, read, read.category_key),
            [*map(self._only_synsets.__getitem__, read.synsets)],
            read.is_crowd or [False] * count,
            *(read.x, read.y, read.w, read.h, read.area),
        )
        return read_rows(regions, read, self._several_synsets(pks, read, regions[_ONLY_SYNSET]))

    def _several_synsets(
        self, pks: Sequence[int], read: RegionColumns, only: Sequence[Any]
    ) -> Columns:
        """Return the rows of synsets of regions that have no `only` one."""
        several = [row for row, pk in enumerate(only) if pk is None and len(read.synsets[row]) > 1]
        if not several:
            return ()
        rows = [
            (pks[row], position, self._synsets[name])
            for row in several
            for position, name in enumerate(read.synsets[row])
        ]
        return tuple(zip(*rows, strict=True))

    def _pks(self, keys: Sequence[int], known: dict[int, int]) -> list[int]:
        """Return the row numbers of regions by id, new ones for those that are not `known`."""
        count = len(keys) - len(known)
        new = iter(range(self._next_pk, self._next_pk + count))
        self._next_pk += count
        return [known.get(key) or next(new) for key in keys] if known else list(new)

    def _changed(self, batch: RegionRows, stored: RegionRows, counts: Counts) -> RegionRows:
        """Remove the old rows of regions that have changed; return the rows to insert."""
        was_at, is_at = stored.positions(), batch.positions()
        pks = was_at.keys()
        is_new = max(pks) >= self._first_new
        if self._seen.add(pks) or is_new or len(is_at) != len(batch.regions[0]):
            raise self._duplicate()
        self._was_at += was_at.values()
        differing = stored.differing(batch)
        changed = differing & pks
        counts.unchanged += len(pks) - len(changed)
        counts.changed += len(changed)
        if changed:
            self.labels.count(stored, batch, changed)
        self._remove(changed)
        moved = [one for one in pks - changed if is_at[one] != was_at[one]]
        self.moved += len(moved)
        update_rows(self._connection, Region, ("position",), [(is_at[one], one) for one in moved])
        return batch.only(differing)

    def _insert(self, batch: RegionRows) -> None:
        for table, names, columns in (
            (Region, *batch.given_regions(self._fields_pks)),
            (RegionRecord, *batch.given_records()),
            (RegionSynset, SYNSET, batch.synsets),
        ):
            insert_columns(self._connection, table, names, columns)
        self._fields_pks.write()

    def _remove(self, pks: set[int]) -> None:
        for column in (RegionSynset.c.region_pk, RegionRecord.c.region_pk, Region.c.pk):
            self._connection.execute(delete(column.table).where(column.in_(pks)))

    def _remove_unseen(self) -> int:
        """Remove the regions of the source that its file holds no more; return their number."""
        query = select(Region.c.pk, Region.c.position, Region.c.category_pk).where(
            Region.c.source_pk == self._source_pk, Region.c.pk < self._first_new
        )
        gone = {
            region_pk: category_pk
            for region_pk, position, category_pk in stream_rows(self._connection, query)
            if region_pk not in self._seen and not self._skipped[position]
        }
        self.labels.vanish(gone.values())
        pks = [*gone]
        for start in range(0, len(gone), BATCH):
            self._remove(set(pks[start : start + BATCH]))
        return len(gone)


def _looked_up(
    stream: AnnotationStream,
    what: str,
    ids: dict[Any, int],
    read: RegionColumns,
    keys: Sequence[int | None],
) -> list[int | None]:
    """Return the ids of what regions point to, None for none; raises RecordError where unknown."""
    if keys[0] is not None:
        with suppress(KeyError):  # one without a key, or unknown
            return [*map(ids.__getitem__, keys)]
    elif keys.count(None) == len(keys):
        return [None] * len(keys)
    found = [*map(ids.get, keys)]
    if found.count(None) > keys.count(None):
        for row, (key, pk) in enumerate(zip(keys, found, strict=True)):
            if pk is None and key is not None:
                raise dangling_region(stream, read, row, what, ids)
    return found
