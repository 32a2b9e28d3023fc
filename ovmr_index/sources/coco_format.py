"""What files in COCO's format have in common: an object with three lists of records.

Format: https://cocodataset.org/#format-data.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import RecordError
from ovmr_index.records import CategoryRecord, ImageRecord, Number, ReadProblem, RegionRecord
from ovmr_index.sources.json_stream import (
    WHITE_SPACE,
    WRONG,
    JsonDocument,
    Key,
    Side,
    SignedFloat,
    fingerprint,
    without_white_space,
)

T = TypeVar("T")

LISTS = ("categories", "images", "annotations")
ABSENT = Raw()


class CategoryFields(Struct):
    """What is read of a category; a format says which fields it needs."""

    id: int
    name: str
    synset: str | None
    frequency: str | None


class ImageFields(Struct, kw_only=True):
    """What is read of a picture beside its id; LVIS says what is not on it."""

    coco_url: str | None = None
    file_name: str | None = None
    width: Side | None = None
    height: Side | None = None
    neg_category_ids: tuple[Key, ...] = ()
    not_exhaustive_category_ids: tuple[Key, ...] = ()


class AnnotationFields(Struct):
    """What is read of an annotation; a format says which fields it needs, and in what limits."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[Number, Number, Number, Number]
    area: Number | None
    segmentation: Raw


class _RunLengths(Struct):
    """Run-length encoded mask, COCO's other form of a segmentation."""

    counts: str | list[int]
    size: tuple[int, int]


_SEGMENTATION = msgspec.json.Decoder(list[list[SignedFloat]] | _RunLengths | None)
# Each digit becomes 0; what else usual numbers and arrays consist of stays; the rest becomes x.
_SHAPE = bytes(48 if chr(i).isdigit() else i if i in b"-.,[]" else 120 for i in range(128)) + (
    b"x" * 128
)
_LONG = b"0" * 16  # digits; a number with fewer is below 2**53


class CocoFormatReader(ABC):
    """A file in COCO's format, read record by record in the file's order."""

    region_name = "annotation"
    unit = "annotations"
    parts = 512
    category_decoder: ClassVar[msgspec.json.Decoder[CategoryFields]]

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError unless it is an object with COCO's lists."""
        self.files: tuple[Path, ...] = (path,)
        self.problems: list[ReadProblem] = []
        self._document = JsonDocument(path)
        self._members = self._document.members()
        self._lists = {name: self._document.array(self._members, name) for name in LISTS}
        self.total = len(self._lists["annotations"])
        self.done = 0

    def header(self) -> str:
        """Return the file's object with null for each list of records, in the file's order."""
        header = {
            name: None if name in LISTS else Raw(self._document.text(raw, name).encode())
            for name, raw in self._members.items()
        }
        return msgspec.json.encode(header).decode()

    def region_count(self) -> int:
        """Return the number of annotations."""
        return self.total

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the categories."""
        for place, raw, category in self._records("categories", self.category_decoder):
            yield CategoryRecord(
                key=category.id,
                name=category.name,
                synset=category.synset,
                frequency=category.frequency,
                record=self._document.text(raw, place),
            )

    @abstractmethod
    def images(self) -> Iterator[ImageRecord]:
        """Yield the pictures."""

    def images_fingerprint(self) -> str:
        """Return the SHA-256 of categories and pictures."""
        return fingerprint(self._members[name] for name in ("categories", "images"))

    def block_fingerprint(self, start: int) -> str:
        """Return the SHA-256 of the annotations from `start` on that are a block."""
        return fingerprint(self._lists["annotations"][start : start + self.parts])

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the annotations, boxes in xywh (pixels)."""
        for start in range(0, self.total, self.parts):
            yield from self.block(start)

    def block(self, start: int) -> Iterator[RegionRecord]:
        """Yield the annotations from `start` on that are a block."""
        document = self._document
        raws = self._lists["annotations"][start : start + self.parts]
        for i, raw in enumerate(raws, start):
            self.done = i + 1
            place = ""
            try:
                annotation, fields = self.annotation(raw)
                place = ".segmentation"
                segmentation = _segmentation(annotation.segmentation)
            except WRONG as error:
                raise document.bad_record(raw, f"annotations[{i}]{place}", error) from None
            x, y, w, h = annotation.bbox
            yield RegionRecord(
                annotation.id,
                annotation.image_id,
                annotation.category_id,
                (),
                x,
                y,
                w,
                h,
                annotation.area,
                segmentation,
                fields,
            )

    @staticmethod
    @abstractmethod
    def annotation(raw: Raw) -> tuple[AnnotationFields, str | None]:
        """Return an annotation, and a JSON object of the fields that have no column."""

    def _records(self, name: str, decoder: msgspec.json.Decoder[T]) -> Iterator[tuple[str, Raw, T]]:
        """Yield where each record of a list stands, its JSON, and it."""
        for i, raw in enumerate(self._lists[name]):
            place = f"{name}[{i}]"
            yield place, raw, self._document.decode(decoder, raw, place)

    def _bad_path(self, place: str, key: int | str, field: str, value: str) -> RecordError:
        problem = f"{field} {value!r} is not a path below the pictures' folder"
        return self._document.error(f"{place} (id {key})", problem, "mend the record")

    def _no_path(self, place: str, key: int | str, field: str) -> RecordError:
        problem = f"object missing required field `{field}`"
        return self._document.error(f"{place} (id {key})", problem, "mend the record")


def _segmentation(raw: Raw) -> str | None:
    """Return polygons or run lengths as JSON text without white space, None where there are none.

    They are decoded only to be checked.
    """
    if not raw:
        return None
    text = bytes(raw).translate(None, WHITE_SPACE)
    if not _is_usual_polygon(text):
        _SEGMENTATION.decode(raw)
        text = without_white_space(raw)
    return text.decode()


def _is_usual_polygon(text: bytes) -> bool:
    """Tell whether JSON without white space is one polygon of numbers of usual length.

    JSON with but two opening brackets, at its start, and two closing ones at its end is an array of
    one array. To see this takes half the time of decoding it.
    """
    shape = text.translate(_SHAPE)
    return (
        shape.startswith(b"[[")
        and shape.endswith(b"]]")
        and shape.find(b"[", 2) < 0
        and b"x" not in shape
        and _LONG not in shape
    )
