"""What files in COCO's format have in common: an object with three lists of records.

Format: https://cocodataset.org/#format-data.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.json_document import (
    WHITE_SPACE,
    WRONG,
    JsonDocument,
    Key,
    Side,
    SignedFloat,
    fingerprint,
    without_white_space,
)
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    Number,
    RegionColumns,
    RegionRecord,
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
    """What is read of an image beside its id; LVIS says what is not on it."""

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


class AnyAnnotation(NamedTuple):
    """An annotation, a JSON object of its fields without a column, and whether it is a crowd's.

    It is where `iscrowd` is equal to 1, as pycocotools compares it.
    """

    annotation: AnnotationFields
    fields: str | None
    is_crowd: bool


class _RunLengths(Struct):
    """Run-length encoded mask, COCO's other form of a segmentation."""

    counts: str | list[int]
    size: tuple[int, int]


_SEGMENTATION = msgspec.json.Decoder(list[list[SignedFloat]] | _RunLengths | None)
# Each digit becomes 0; what else usual numbers and arrays consist of stays; the rest becomes x.
_SHAPE = bytes(48 if chr(i).isdigit() else i if i in b"-.,[];" else 120 for i in range(128)) + (
    b"x" * 128
)
_BETWEEN = b";"  # is in no JSON outside strings
_LONG = b"0" * 16  # digits; a number with fewer is below 2**53


class CocoFormatReader(ABC):
    """A file in COCO's format, read record by record in the file's order."""

    region_name = "annotation"
    unit = "annotations"
    parts = 512
    category_decoder: ClassVar[msgspec.json.Decoder[CategoryFields]]
    usual_decoder: ClassVar[msgspec.json.Decoder[list[Any]]]

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError unless it is an object with COCO's lists."""
        self.files: tuple[Path, ...] = (path,)
        self.problems: list[Issue] = []
        self._document = JsonDocument(path)
        self._parts = self._document.parts()
        self._lists = {name: self._document.array(self._parts, name) for name in LISTS}
        self.total = len(self._lists["annotations"])
        self.done = 0

    def header(self) -> str:
        """Return the file's object with null for each list of records, in the file's order."""
        header = {name: None if name in LISTS else self._text(name) for name in self._parts}
        return msgspec.json.encode(header).decode()

    def region_count(self) -> int:
        """Return the number of annotations."""
        return self.total

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the categories."""
        for where, raw, category in self._records("categories", self.category_decoder):
            yield CategoryRecord(
                key=category.id,
                name=category.name,
                synset=category.synset,
                frequency=category.frequency,
                record=self._document.text(raw, where),
            )

    @abstractmethod
    def images(self) -> Iterator[ImageRecord]:
        """Yield the images."""

    def images_fingerprint(self) -> str:
        """Return the SHA-256 of categories and images."""
        return fingerprint([*self._lists["categories"], *self._lists["images"]])

    def block_fingerprint(self, start: int) -> str:
        """Return the SHA-256 of the annotations from `start` on that are a block."""
        return fingerprint(self._lists["annotations"][start : start + self.parts])

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the annotations, boxes in xywh (pixels)."""
        for start in range(0, self.total, self.parts):
            yield from self.block(start).records()

    def block(self, start: int) -> RegionColumns:
        """Return the annotations from `start` on that are a block."""
        raws = self._lists["annotations"][start : start + self.parts]
        self.done = start + len(raws)
        annotations: Sequence[AnnotationFields]
        fields: Sequence[str | None]
        try:
            annotations = self.usual_decoder.decode(b"[%b]" % b",".join(raws))
            fields = [*map(self.usual_fields, annotations)]
            crowds = self.usual_crowds(annotations)
        except WRONG:
            annotations, fields, crowds = self._each(start, raws)
        x, y, w, h = zip(*(annotation.bbox for annotation in annotations), strict=True)
        return RegionColumns(
            self.done,
            [annotation.id for annotation in annotations],
            [annotation.image_id for annotation in annotations],
            [annotation.category_id for annotation in annotations],
            [()] * len(raws),
            x,
            y,
            w,
            h,
            [annotation.area for annotation in annotations],
            self._segmentations(start, [annotation.segmentation for annotation in annotations]),
            fields,
            crowds if True in crowds else (),
        )

    @staticmethod
    @abstractmethod
    def usual_fields(annotation: Any) -> str | None:
        """Return a JSON object of the fields without a column, of what `usual_decoder` takes."""

    @staticmethod
    def usual_crowds(_: Sequence[Any]) -> Sequence[bool]:
        """Return which of what `usual_decoder` takes are crowds, nothing where none can be."""
        return ()

    @staticmethod
    @abstractmethod
    def annotation(raw: Raw) -> AnyAnnotation:
        """Return any annotation."""

    def _each(self, start: int, raws: list[Raw]) -> Iterator[Sequence[Any]]:
        """Return the columns of annotations, one of which is unusual or wrong."""
        found = []
        for i, raw in enumerate(raws, start):
            try:
                found.append(self.annotation(raw))
            except WRONG as error:
                raise self._document.bad_record(raw, f"annotations[{i}]", error) from None
        return zip(*found, strict=True)

    def _segmentations(self, start: int, raws: list[Raw]) -> list[str | None]:
        """Return what `_segmentation` does of each annotation from `start` on."""
        if (usual := _usual_polygons(raws)) is not None:
            return usual
        found = []
        for i, raw in enumerate(raws):
            try:
                found.append(_segmentation(raw))
            except WRONG as error:
                where = f"annotations[{start + i}].segmentation"
                whole = self._lists["annotations"][start + i]
                raise self._document.bad_record(whole, where, error) from None
        return found

    def _text(self, name: str) -> Raw:
        """Return a member of the file as JSON that can be given back."""
        part = self._parts[name]
        raw = Raw(msgspec.json.encode(part)) if isinstance(part, list) else part
        return Raw(self._document.text(raw, name).encode())

    def _records(self, name: str, decoder: msgspec.json.Decoder[T]) -> Iterator[tuple[str, Raw, T]]:
        """Yield where each record of a list is, its JSON, and the record."""
        for i, raw in enumerate(self._lists[name]):
            where = f"{name}[{i}]"
            yield where, raw, self._document.decode(decoder, raw, where)

    def _bad_path(self, where: str, key: int | str, field: str, value: str) -> RecordError:
        problem = f"{field} {value!r} is not a path below the folder of the images"
        return self._document.error(f"{where} (id {key})", problem, "fix the record")

    def _no_path(self, where: str, key: int | str, field: str) -> RecordError:
        problem = f"object missing required field `{field}`"
        return self._document.error(f"{where} (id {key})", problem, "fix the record")


def _segmentation(raw: Raw) -> str | None:
    """Return polygons or run lengths as JSON text without white space, None where there are none.

    They are decoded, if at all, only to be checked.
    """
    if not raw:
        return None
    if (usual := _usual_polygons([raw])) is not None:
        return usual[0]
    _SEGMENTATION.decode(raw)
    return without_white_space(raw).decode()


def _usual_polygons(raws: list[Raw]) -> list[str | None] | None:
    """Return what `_segmentation` does of each, None unless all are polygons of usual numbers.

    JSON that begins with two brackets, ends with two, and has none between but those that separate
    one array from the next, is an array of arrays of numbers. A check of many at once takes half
    of the time of decoding them.
    """
    text = _BETWEEN.join(raws).translate(None, WHITE_SPACE)
    shape = text.translate(_SHAPE)
    if b"x" in shape or _LONG in shape:
        return None
    signs = shape.translate(None, b"0.-")
    ends, parts = signs.count(b"]];[["), signs.count(b"],[")
    brackets = 2 * len(raws) + parts
    usual = (
        signs.startswith(b"[[")
        and signs.endswith(b"]]")
        and ends == len(raws) - 1
        and signs.count(b"[") == signs.count(b"]") == brackets
    )
    return [*text.decode().split(_BETWEEN.decode())] if usual else None
