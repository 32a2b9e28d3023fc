"""What crosses the layers: the records of annotation files that readers yield and ingest stores.

Keys are the ids of the source itself (an LVIS annotation id, a Visual Genome object id); boxes are
xywh in pixels, counted from 0 at the top left corner; JSON text equals, as a value, what the file
had, so that it can be given back.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

# In `RegionRecord.fields`: the names of columns that the record itself has no member for.
ABSENT_FIELDS = "ovmr_index.absent"

LARGEST_PIXEL = 2**53  # of what a box may have, and its mask as an area; a double counts so far
LARGEST_WEIGHT = LARGEST_PIXEL**2

Number = int | float
Box = tuple[Number, Number, Number, Number]


class CategoryRecord(NamedTuple):
    """A category of a vocabulary; `record` is its whole JSON object."""

    key: int
    name: str
    synset: str | None
    frequency: str | None
    record: str


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

    `area` is that of the mask in square pixels; `segmentation` is JSON text; `fields` is a JSON
    object of the fields that have no column, or another value in the file than in their column. The
    box of a crowd is drawn around many things, and is never an exemplar.
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
    segmentation: str | None
    fields: str | None
    is_crowd: bool = False


class RegionColumns(NamedTuple):
    """Regions by the column, each as long as the others; `done` of the reader's total is read.

    `is_crowd` is empty where no region is the box of a crowd, as in nearly every file.
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
    segmentation: Sequence[str | None]
    fields: Sequence[str | None]
    is_crowd: Sequence[bool] = ()

    def crowds(self) -> Sequence[bool]:
        """Return whether each region is the box of a crowd, as long as the other columns."""
        return self.is_crowd or [False] * len(self.key)

    def records(self) -> Iterator[RegionRecord]:
        """Yield the regions one by one."""
        columns = self._replace(is_crowd=self.crowds())
        return map(RegionRecord._make, zip(*columns[1:], strict=True))


class RegionBlock(NamedTuple):
    """A block of `regions` regions of a file, of whose units `done` are then read.

    `fingerprint` is that of its JSON. The regions of a block that is `skipped` were read before,
    and are not read again.
    """

    done: int
    regions: int
    fingerprint: str
    skipped: bool
