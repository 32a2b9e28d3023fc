"""What crosses the layers: the records that sources yield and ingest stores.

Keys are the ids of the source itself (an LVIS annotation id, a Visual Genome object id); boxes are
xywh in pixels, counted from 0 at the top left corner; JSON text equals, as a value, what the file
had, so that it can be given back.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, get_args

Number = int | float
Method = Literal["numpy"]
OnShortage = Literal["error", "repeat", "take-all"]
METHODS: tuple[Method, ...] = get_args(Method)
ON_SHORTAGE: tuple[OnShortage, ...] = get_args(OnShortage)


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


class FolderRecord(NamedTuple):
    """A folder of pictures that show one synset: an ImageNet class.

    `mtime_ns` is None when the folder changed so lately that its time proves nothing.
    """

    path: str
    split: str | None
    wnid: str
    mtime_ns: int | None


class ReadProblem(NamedTuple):
    """Something that was left out while the rest went on."""

    file: str
    record: str
    reason: str


class AnnotationReader(Protocol):
    """An open annotation source: JSON files that name categories, pictures and regions.

    `done` of `total` `unit`s tell how far `regions` has come; `region_name` is what the format
    calls a region.
    """

    files: tuple[Path, ...]
    problems: list[ReadProblem]
    region_name: str
    unit: str
    total: int
    done: int

    def header(self) -> str:
        """Return the JSON object of the file without its lists of records, in its order."""
        ...

    def region_count(self) -> int:
        """Return about how many regions `regions` will yield."""
        ...

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the categories in the file's order."""
        ...

    def images(self) -> Iterator[ImageRecord]:
        """Yield the pictures in the file's order."""
        ...

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the regions in the file's order."""
        ...


class PictureTreeReader(Protocol):
    """A folder a class: pictures that are labelled by where they lie."""

    problems: list[ReadProblem]

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders, ordered by path."""
        ...

    def names(self, folder: FolderRecord) -> list[str]:
        """List the picture files of a folder, sorted code point by code point."""
        ...


class Pick(NamedTuple):
    """An exemplar as it leaves the index: a box on a picture, or a whole one (x, y, w, h None).

    Ids and names are the source's own. `format` is that of its source; `file_name` lies below
    `root`, the folder of the dataset's pictures.
    """

    category_id: int
    category_synset: str
    synset: str
    dataset: str
    format: str
    split: str | None
    root: str
    file_name: str
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    weight: float
    image_id: int | None
    region_id: int | None


class CategoryPicks(NamedTuple):
    """What a sample drew for one category, in the order drawn."""

    category_id: int
    synset: str
    picks: tuple[Pick, ...]
