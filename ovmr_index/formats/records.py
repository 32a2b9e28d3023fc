"""What crosses the layers: the records that sources yield and ingest stores.

Keys are the ids of the source itself (an LVIS annotation id, a Visual Genome object id); boxes are
xywh in pixels, counted from 0 at the top left corner; JSON text equals, as a value, what the file
had, so that it can be given back.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
    """A picture of an annotation file: `folder`/`name` below the pictures' root.

    `negative` and `not_exhaustive` are category keys (LVIS); `coco_id` is the COCO image that the
    picture is; `record` is its whole JSON object.
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


class RegionRecord(NamedTuple):
    """A box on a picture with a category, synsets, or both.

    `area` is that of the mask in square pixels; `segmentation` is JSON text; `fields` is a JSON
    object of the fields that have no column.
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


class RegionColumns(NamedTuple):
    """Regions by the column, each as long as the others; `done` of the reader's total is read."""

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

    def records(self) -> Iterator[RegionRecord]:
        """Yield the regions one by one."""
        return map(RegionRecord._make, zip(*self[1:], strict=True))


class RegionBlock(NamedTuple):
    """A block of `regions` regions of a file, of whose units `done` are then read.

    `fingerprint` is that of its JSON. With `skipped` its regions were read before, and are not
    read again.
    """

    done: int
    regions: int
    fingerprint: str
    skipped: bool


class FolderRecord(NamedTuple):
    """A folder of pictures that show one thing: a class of ImageNet, or one of one's own.

    Without a wnid the folder's name is what there is to go by. `mtime_ns` is None when the folder
    changed so lately that its time proves nothing.
    """

    path: str
    split: str | None
    wnid: str | None
    mtime_ns: int | None


class ArchivedFolder(NamedTuple):
    """A class folder in a tar, as if it were unpacked.

    A tar within the archive is its bytes from `offset` on, `size` of them; both are None where the
    archive itself is meant. `compression` is gzip or None.
    """

    path: str
    split: str | None
    wnid: str
    offset: int | None
    size: int | None
    compression: str | None


class ArchivedImage(NamedTuple):
    """A picture in a tar: its bytes are counted in the folder's tar, unpacked."""

    folder: ArchivedFolder
    name: str
    offset: int
    size: int


class ArchiveBatch(NamedTuple):
    """Some pictures of an archive, of whose bytes `done` are read.

    `folders` are the tars within the archive that were met, among them those without a picture.
    """

    done: int
    folders: list[ArchivedFolder]
    pictures: list[ArchivedImage]


class ArchiveRecord(NamedTuple):
    """A tar of class folders: `path` below the pictures' root, size in bytes.

    `folder` is its class, None where it holds several. `mtime_ns` is as in `FolderRecord`.
    """

    path: str
    size: int
    mtime_ns: int | None
    folder: ArchivedFolder | None


class ReadProblem(NamedTuple):
    """Something that was left out while the rest went on."""

    file: str
    record: str
    reason: str
