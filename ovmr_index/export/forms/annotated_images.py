"""Images with their boxes, one after another: what forms of detection datasets are made from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Prepared, stream_rows
from ovmr_index.export.annotation_queries import given
from ovmr_index.export.annotation_queries import records as record_texts
from ovmr_index.export.forms.annotated_image_queries import boxes
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.export.forms.located_images import located_images
from ovmr_index.formats.records import Number
from ovmr_index.processes import batches
from ovmr_index.storage.members import ImageSource


class AnnotatedBox(NamedTuple):
    """A box in pixels, xywh from the upper left corner of the image, which is 0, 0.

    `place` is that of its category among those of the selection. `area` is that of the mask in
    square pixels, or None. `record` is the JSON object that an annotation file has of it, or None.
    """

    id: int
    place: int
    x: Number
    y: Number
    w: Number
    h: Number
    area: Number | None
    is_crowd: bool
    record: str | None

    @property
    def covered_area(self) -> Number:
        """How many square pixels it covers: `area`, or that of the box where none is known."""
        return self.w * self.h if self.area is None else self.area

    def segmentation(self) -> Any:
        """Return the polygons (lists of x, y) or the run lengths (an object) of its mask, or None.

        As the annotation file has them, whose form is COCO's.
        """
        return None if self.record is None else json.loads(self.record).get("segmentation")


@dataclass(frozen=True)
class AnnotatedImage:
    """An image and its boxes in the order of their source.

    Attributes:
        id: The source's own, or a number from 1.
        file_name: Its path below the folder of the images.
        width: In pixels, None where neither the source nor a header that was read says it.
        height: As `width`.
        location: Where to read it: the path of its file, or a member of a tar.
        record: The JSON object that an annotation file has of it, or None.
        boxes: Those of the categories of the selection; none for an image without them.
    """

    id: int
    file_name: str
    width: int | None
    height: int | None
    location: ImageSource
    record: str | None
    boxes: tuple[AnnotatedBox, ...]

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The members of `record`, none where there is none."""
        found = {} if self.record is None else json.loads(self.record)
        return found if isinstance(found, dict) else {}


_BATCH = 1024  # boxes whose records are read at once


def annotated_images(
    connection: Connection, selection: BoxSelection, *, records: bool = True
) -> Iterator[AnnotatedImage]:
    """Yield the images of a selection in the order of their source, each with its boxes.

    In bounded memory. Without `records` those of boxes and images are None, which is quicker.
    """
    found_boxes = _boxes(connection, selection, records=records)
    grouped = groupby(found_boxes, itemgetter(0))
    waiting = next(grouped, None)
    number = 0
    rows = located_images(connection, selection, records=records)
    for at, (image, location) in enumerate(rows, 1):
        found: tuple[AnnotatedBox, ...] = ()
        if waiting is not None and waiting[0] == image.pk:
            found = tuple(box for _, box in waiting[1])
            waiting = next(grouped, None)
        if selection.renumber:
            numbers = range(number + 1, number + len(found) + 1)
            found = tuple(box._replace(id=i) for i, box in zip(numbers, found, strict=True))
            number += len(found)
        key = at if selection.renumber or image.key is None else image.key
        size = (image.width, image.height)
        yield AnnotatedImage(key, image.file_name, *size, location, image.record, found)


def _boxes(
    connection: Connection, selection: BoxSelection, *, records: bool
) -> Iterator[tuple[int, AnnotatedBox]]:
    """Yield (image's pk, box) of each box of a selection, by image."""
    recorded = Prepared(connection, record_texts(given())) if records else None
    for batch in batches(stream_rows(connection, boxes(selection)), _BATCH):
        texts: Iterable[str | None] = repeat(None, len(batch))
        if recorded is not None:
            found = recorded.rows(pks=json.dumps([row[0] for row in batch]))
            texts = [text for _, text in found]
        for row, text in zip(batch, texts, strict=True):
            _, image_pk, key, meant, x, y, w, h, area, is_crowd = row
            place = selection.places[meant]
            yield image_pk, AnnotatedBox(key, place, x, y, w, h, area, bool(is_crowd), text)
