"""What files in COCO's format have in common: an object with three lists of records.

Format: https://cocodataset.org/#format-data.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.annotation_block import Annotations, compact
from ovmr_index.formats.coco_annotation import (
    ABSENT,
    AnnotationFields,
    keys_in,
    read_annotation,
)
from ovmr_index.formats.json_document import (
    WRONG,
    JsonDocument,
    Key,
    Side,
    fingerprint,
    without_white_space,
)
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    RecordKeys,
    RegionColumns,
    RegionRecord,
)
from ovmr_index.formats.segmentations import require_masks
from ovmr_index.storage.paths import path_problem, split_path, split_url

T = TypeVar("T")

_FEW = 16  # annotations that are read together where one of a block is unusual
LISTS = ("categories", "images", "annotations")
# What members of records mean in other forms, beside those that a format says.
CATEGORY_CHANGES: lenient.Changes = {
    "id": lenient.whole,
    "name": lenient.name,
    "frequency": lenient.frequency,
}
IMAGE_CHANGES: lenient.Changes = {
    "id": lenient.key,
    "width": lenient.side,
    "height": lenient.side,
    "neg_category_ids": lenient.keys,
    "not_exhaustive_category_ids": lenient.keys,
}


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


class CocoFormatReader(ABC):
    """A file in COCO's format, read record by record in the file's order."""

    region_name = "annotation"
    unit = "annotations"
    parts = 512
    category_decoder: ClassVar[msgspec.json.Decoder[CategoryFields]]
    category_changes: ClassVar[lenient.Changes] = CATEGORY_CHANGES
    usual_decoder: ClassVar[msgspec.json.Decoder[list[Any]]]
    annotation_decoder: ClassVar[msgspec.json.Decoder[Any]]

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError unless it is an object with COCO's lists."""
        self.files: tuple[Path, ...] = (path,)
        self.problems: list[Issue] = []
        self.skips = False
        self.left_out = RecordKeys(set(), set())
        self._document = JsonDocument(path)
        self._parts = self._document.parts()
        for name in self._parts:
            meant = name.strip().lower()
            if meant in LISTS and meant != name:
                problem = f"has a member `{shortened(name)}`"
                raise self._document.error("", problem, f"rename it to `{meant}`")
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
        return self._records("categories", self._category, self.left_out.categories)

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images."""
        return self._records("images", self._image, self.left_out.images)

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
        found = self._usual(raws) or self._mixed(start, raws)
        annotations = found.annotations
        boxes = [annotation.bbox for annotation in annotations]
        x, y, w, h = zip(*boxes, strict=True) if boxes else repeat((), 4)
        return RegionColumns(
            self.done,
            [annotation.id for annotation in annotations],
            [annotation.image_id for annotation in annotations],
            [annotation.category_id for annotation in annotations],
            [()] * len(annotations),
            x,
            y,
            w,
            h,
            [annotation.area for annotation in annotations],
            found.records,
            fields=found.fields if any(found.fields) else (),
            is_odd=found.are_odd if True in found.are_odd else (),
            is_crowd=found.are_crowds if True in found.are_crowds else (),
        )

    @staticmethod
    def usual_fields(_: Sequence[Any]) -> Sequence[str | None]:
        """Return the fields of what `usual_decoder` takes, nothing where none can have some."""
        return ()

    @staticmethod
    def usual_crowds(_: Sequence[Any]) -> Sequence[bool]:
        """Return which of what `usual_decoder` takes are crowds, nothing where none can be."""
        return ()

    @abstractmethod
    def _image(self, raw: Raw, where: str) -> ImageRecord:
        """Return an image; raises RecordError for one that is wrong."""

    def _category(self, raw: Raw, where: str) -> CategoryRecord:
        category = self._document.decode(self.category_decoder, raw, where, self.category_changes)
        return CategoryRecord(
            key=category.id,
            name=category.name,
            synset=category.synset,
            frequency=lenient.frequency(category.frequency),
            record=self._document.record_text(raw, where),
        )

    def _usual(self, raws: list[Raw]) -> Annotations | None:
        """Return annotations, None where one is wrong or has a member in another form."""
        try:
            found: Sequence[AnnotationFields] = self.usual_decoder.decode(b"[%b]" % b",".join(raws))
            masks = [one.segmentation for one in found]
            require_masks([mask for mask in masks if mask] if ABSENT in masks else masks)
            texts, fields = compact(raws), self.usual_fields(found)
            usual = Annotations(found, texts, fields, (), self.usual_crowds(found))
            return self._with_others(usual, raws)
        except (*WRONG, RecordError):
            return None

    def _with_others(self, usual: Annotations, raws: list[Raw]) -> Annotations:
        """Read those annotations once more that have other members than they are to have.

        Raises RecordError or one of `WRONG` where one is wrong.
        """
        if not (others := usual.others()):
            return usual
        columns = [[*column] for column in usual.whole()]
        for i in others:
            self._document.require_each_once(raws[i], "")
            for column, value in zip(columns, self._any(raws[i]), strict=True):
                column[i] = value
        return Annotations(*columns)

    def _mixed(self, start: int, raws: list[Raw]) -> Annotations:
        """Return annotations, some of which are unusual or wrong.

        They are read a few at a time, so that one that is unusual costs little more than itself.
        """
        parts = []
        for at in range(0, len(raws), _FEW):
            some = raws[at : at + _FEW]
            parts.append(self._usual(some) or self._each(start + at, some))
        return Annotations(
            *(
                list(chain.from_iterable(column))
                for column in zip(*map(Annotations.whole, parts), strict=True)
            )
        )

    def _each(self, start: int, raws: list[Raw]) -> Annotations:
        """Return annotations, one of which is unusual or wrong."""
        found: list[list[Any]] = []
        for i, raw in enumerate(raws, start):
            where = f"annotations[{i}]"
            try:
                self._document.require_each_once(raw, where)
                found.append(self._any(raw))
            except WRONG as error:
                self._leave_out(self._document.bad_record(raw, where, error))
            except RecordError as error:
                self._leave_out(error)
        return Annotations(*(zip(*found, strict=True) if found else repeat((), 5)))

    def _any(self, raw: Raw) -> list[Any]:
        """Return the columns of an annotation of any form; raises one of `WRONG`."""
        one = read_annotation(self.annotation_decoder, raw)
        return [one.annotation, without_white_space(raw).decode(), *one[1:]]

    def _text(self, name: str) -> Raw:
        """Return a member of the file as JSON that can be given back."""
        part = self._parts[name]
        raw = Raw(msgspec.json.encode(part)) if isinstance(part, list) else part
        return Raw(self._document.text(raw, name).encode())

    def _path_of(self, image: Any, where: str, field: str) -> tuple[str, str] | None:
        """Return folder and name by `file_name` or `coco_url`, None where it is null or empty.

        Raises RecordError for one that is no path.
        """
        given = lenient.text(getattr(image, field))
        if given is None:
            return None
        is_url = field == "coco_url"
        path = split_url(given) if is_url else split_path(given, foreign=True)
        if path is None:
            why = "" if is_url else f" {path_problem(given, foreign=True)}: it"
            problem = (
                f"{field} {shortened(given)!r}{why} is not a path below the folder of the images"
            )
            raise self._image_error(where, image, problem)
        return path

    def _no_path(self, where: str, image: Any, field: str) -> RecordError:
        return self._image_error(where, image, f"object missing required field `{field}`")

    def _image_error(self, where: str, image: Any, problem: str) -> RecordError:
        return self._document.error(
            f"{where} (id {shortened(str(image.id))})", problem, "fix the record"
        )

    def _records(self, name: str, read: Callable[[Raw, str], T], left_out: set[int]) -> Iterator[T]:
        """Yield each record of a list that can be read; the keys of others are put into a set."""
        for i, raw in enumerate(self._lists[name]):
            try:
                record = read(raw, f"{name}[{i}]")
            except RecordError as error:
                self._leave_out(error)
                left_out |= keys_in(raw)
            else:
                yield record

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self.skips:
            raise error from None
        self.problems.append(error.as_issue())
