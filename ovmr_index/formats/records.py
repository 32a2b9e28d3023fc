"""What crosses the layers: the records of annotation files that readers yield and ingest stores.

Keys are the ids of the source itself (an LVIS annotation id, a Visual Genome object id); boxes are
xywh in pixels, counted from 0 at the top left corner; JSON text equals, as a value, what the file
had, so that it can be given back.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LARGEST_PIXEL = 2**53  # of what a box may have, and its mask as an area; a double counts so far
LARGEST_WEIGHT = LARGEST_PIXEL**2

# What exports add to an annotation: one that has such a member of its own is odd.
OF_EXPORTS = frozenset(("dataset", "file_name", "synset"))

Number = int | float
Box = tuple[Number, Number, Number, Number]


class CategoryRecord(NamedTuple):
    """A category of a vocabulary; `record` is its whole JSON object.

    `own_synset` is the synset of a category that neither a mapping nor WordNet gives one; `broader`
    are the own synsets of categories that are more general.
    """

    key: int
    name: str
    synset: str | None
    frequency: str | None
    record: str
    own_synset: str | None = None
    broader: tuple[str, ...] = ()


class ImageRecord(NamedTuple):
    """An image of an annotation file: `folder`/`name` below the root of the images.

    `negative` and `not_exhaustive` are category keys (LVIS); `coco_id` is the COCO image that it
    is; `record` is its whole JSON object.
    """

    key: int
    folder: str
    name: str
    width: int | None
    height: int | None
    coco_id: int | None
    negative: tuple[int, ...]
    not_exhaustive: tuple[int, ...]
    record: str


class RecordKeys(NamedTuple):
    """Keys of some images and of some categories."""

    images: set[int]
    categories: set[int]


class RegionRecord(NamedTuple):
    """A box on an image with a category, synsets, or both.

    `area` is that of the mask in square pixels. `record` is the region's JSON object in its file,
    without white space, and `is_odd` where its members say the same in another form than the
    columns, or have the name of one that exports add; it is None where a file has one object for
    all regions of an image. `fields` is a JSON object of the members that have no column, or
    another form. The box of a crowd is drawn around many things, and is never an exemplar.
    """

    key: int
    image_key: int
    category_key: int | None
    synsets: tuple[str, ...]
    x: Number
    y: Number
    w: Number
    h: Number
    area: Number | None
    record: str | None
    fields: str | None = None
    is_odd: bool = False
    is_crowd: bool = False


def with_record(region: RegionRecord) -> RegionRecord:
    """Return a region of a category with a record, made of its columns if its file has none.

    It is odd where its record may have a member that exports add, or fields in place of columns.
    """
    if region.category_key is None:
        return region
    if region.record is not None:
        is_odd = any(f'"{name}"' in region.record for name in OF_EXPORTS)
        return region._replace(is_odd=region.is_odd or is_odd)
    area = {} if region.area is None else {"area": region.area}
    record = {
        "id": region.key,
        "image_id": region.image_key,
        "category_id": region.category_key,
        "bbox": [region.x, region.y, region.w, region.h],
        **area,
    }
    fields = json.loads(region.fields or "{}")
    is_odd = not (OF_EXPORTS | record.keys()).isdisjoint(fields)
    text = json.dumps(record | fields, ensure_ascii=False, separators=(",", ":"))
    return region._replace(record=text, is_odd=region.is_odd or is_odd)


class RegionColumns(NamedTuple):
    """Regions by the column, each as long as the others; `done` of the reader's total is read.

    The last four are empty where no region has one, or is one.
    """

    done: int
    key: Sequence[int]
    image_key: Sequence[int]
    category_key: Sequence[int | None]
    synsets: Sequence[tuple[str, ...]]
    x: Sequence[Number]
    y: Sequence[Number]
    w: Sequence[Number]
    h: Sequence[Number]
    area: Sequence[Number | None]
    record: Sequence[str | None] = ()
    fields: Sequence[str | None] = ()
    is_odd: Sequence[bool] = ()
    is_crowd: Sequence[bool] = ()

    def whole(self) -> "RegionColumns":
        """Return the same with every column as long as the others."""
        count = len(self.key)
        return self._replace(
            record=self.record or [None] * count,
            fields=self.fields or [None] * count,
            is_odd=self.is_odd or [False] * count,
            is_crowd=self.is_crowd or [False] * count,
        )

    def records(self) -> Iterator[RegionRecord]:
        """Yield the regions one by one."""
        return map(RegionRecord._make, zip(*self.whole()[1:], strict=True))


class RegionBlock(NamedTuple):
    """A block of `regions` regions of a file, of whose units `done` are then read.

    `fingerprint` is that of its JSON. The regions of a block that is `skipped` were read before,
    and are not read again.
    """

    done: int
    regions: int
    fingerprint: str
    skipped: bool
