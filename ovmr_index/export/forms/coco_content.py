"""What a COCO file holds: the images and annotations of a selection, one after another."""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from ovmr_index.db.bulk import Prepared, Row, stream_rows
from ovmr_index.errors import counted
from ovmr_index.export.forms import coco_queries as queries
from ovmr_index.export.forms.annotated_image_queries import ImageRow
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.export.forms.coco_queries import AnnotationRow
from ovmr_index.export.forms.coco_records import (
    AnnotationIds,
    RegionTexts,
    annotation_record,
    image_record,
)
from ovmr_index.export.forms.located_images import located_images
from ovmr_index.export.forms.sized_images import sizes_of_headers
from ovmr_index.export.json_list import ITEMS, ListPart
from ovmr_index.images.fit import Size
from ovmr_index.processes import batches

_NO_ID = -1
_MOST_ABUTTING = 1 << 28  # row numbers of one source


class CocoContent:
    """The records of a file: first its images, then its annotations, which have their ids.

    `problems` are the images that were left out, and why.
    """

    def __init__(
        self, connection: Connection, selection: BoxSelection, regions: Collection[int] | None
    ) -> None:
        """Take a selection, of whose annotations only `regions` (pk) count, or all."""
        self._connection, self._selection, self._regions = connection, selection, regions
        self._ids = _ImageIds(connection, selection.source_pk)
        self._negative = 0
        self.problems: list[str] = []

    def notes(self) -> Iterator[str]:
        """Yield what is good to know of the records that were read."""
        if self._negative:
            boxes = counted(self._negative, "box", "boxes")
            yield f"{boxes} of negative width or height left out"

    def images(self) -> Iterator[ListPart]:
        """Yield the images in the order of their source.

        One whose size neither the source nor its header says is left out.
        """
        rows = (row for row, _ in located_images(self._connection, self._selection, records=True))
        with closing(sizes_of_headers(self._connection, self._selection)) as measured:
            yield from _parts(self._images(rows, measured))

    def _images(self, rows: Iterator[ImageRow], measured: Iterator[Size | str]) -> Iterator[bytes]:
        category_ids = self._category_ids()
        number = 0
        for row in rows:
            is_known = row.width is not None and row.height is not None
            size: Any = (row.width, row.height) if is_known else next(measured)
            if isinstance(size, str):
                self.problems.append(f"{row.file_name}: {size}; left out with its annotations")
                continue
            number += 1
            key = number if self._selection.renumber or row.key is None else row.key
            self._ids.store(row.pk, key)
            yield image_record(row, key, size, category_ids)

    def annotations(self) -> Iterator[ListPart]:
        """Yield the annotations on images that were read, in the order of their source."""
        query = queries.annotations(self._selection, self._regions)
        texts = Prepared(self._connection, queries.region_texts())
        yield from _parts(self._annotations(stream_rows(self._connection, query), texts))

    def _annotations(self, rows: Iterator[Row], texts: Prepared) -> Iterator[bytes]:
        selection, number = self._selection, 0
        for batch in batches(rows, ITEMS):
            found = [*self._on_images(batch)]
            records = texts.rows(pks=json.dumps([row.pk for row in found]))
            for row, record in zip(found, records, strict=True):
                number += 1
                ids = AnnotationIds(
                    number if selection.renumber else row.key,
                    self._ids.of(row.image_pk),
                    selection.categories[selection.places[row.meant]].id,
                )
                yield annotation_record(row, RegionTexts._make(record), ids)

    def _on_images(self, rows: Sequence[Row]) -> Iterator[AnnotationRow]:
        """Yield annotations on images that are written, whose boxes are not negative."""
        for values in rows:
            row = AnnotationRow._make(values)
            if self._ids.of(row.image_pk) == _NO_ID:
                continue
            if row.w < 0 or row.h < 0:
                self._negative += 1
                continue
            yield row

    def _category_ids(self) -> Mapping[int, int] | None:
        """Return the id that each category of the source is written with; None for its own.

        Categories that share one with others are left out: what is said of one is not said of all.
        """
        selection = self._selection
        if selection.by_synset:
            return None
        sharing = Counter(selection.places.values())
        rows = self._connection.execute(queries.category_ids(selection.source_pk)).all()
        places = [(key, selection.places.get(pk)) for pk, key in rows]
        ids = {
            key: selection.categories[place].id
            for key, place in places
            if place is not None and sharing[place] == 1
        }
        return None if all(ids.get(key) == key for key, _ in places) else ids


class _FewIds(dict[int, int]):
    """Ids by number, where the numbers are far from each other."""

    def __missing__(self, _: int) -> int:
        return _NO_ID


class _ImageIds:
    """The ids of images that are written, by pk: eight bytes each where the pks of a source abut.

    In PostgreSQL they do not where images came at several times.
    """

    def __init__(self, connection: Connection, source_pk: int) -> None:
        first, last = connection.execute(queries.span_of_images(source_pk)).one()
        self._first = first or 0
        count = 0 if last is None else last - self._first + 1
        self._ids: _FewIds | array[int]
        self._ids = _FewIds() if count > _MOST_ABUTTING else array("q", [_NO_ID]) * count

    def store(self, image_pk: int, key: int) -> None:
        """Keep the id of an image."""
        self._ids[image_pk - self._first] = key

    def of(self, image_pk: int) -> int:
        """Return the id of an image, -1 for one that is not written."""
        return self._ids[image_pk - self._first]


def _parts(texts: Iterator[bytes]) -> Iterator[ListPart]:
    return (ListPart(b",".join(some), len(some)) for some in batches(texts, ITEMS))
