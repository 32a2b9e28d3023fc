"""LVIS annotation files, v1 and v0.5: categories, pictures, boxes with polygons.

Format: https://www.lvisdataset.org/dataset. A picture of v1 has no `file_name`: its path is the
last two parts of `coco_url`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from ovmr_index.records import CategoryRecord, ImageRecord, ReadProblem, RegionRecord
from ovmr_index.sources.json_stream import (
    WRONG,
    JsonDocument,
    Key,
    Name,
    Pixel,
    Side,
    SignedFloat,
    other_fields,
    without_white_space,
)
from ovmr_index.sources.paths import split_path, split_url

_LISTS = ("categories", "images", "annotations")
_ABSENT = Raw()


class _Category(Struct):
    id: Key
    name: str
    synset: Name
    frequency: str | None = None


class _Image(Struct):
    id: Key
    coco_url: str | None = None
    file_name: str | None = None
    width: Side | None = None
    height: Side | None = None
    neg_category_ids: tuple[Key, ...] = ()
    not_exhaustive_category_ids: tuple[Key, ...] = ()


class _Annotation(Struct):
    id: Key
    image_id: Key
    category_id: Key
    bbox: tuple[Pixel, Pixel, Pixel, Pixel]
    area: Pixel
    segmentation: Raw = _ABSENT


class _UsualAnnotation(_Annotation, forbid_unknown_fields=True):
    """An annotation with the published fields and no others, as nearly all are."""


class _RunLengths(Struct):
    """Run-length encoded mask, COCO's other form of a segmentation."""

    counts: str | list[int]
    size: tuple[int, int]


_CATEGORY = msgspec.json.Decoder(_Category)
_IMAGE = msgspec.json.Decoder(_Image)
_ANNOTATION = msgspec.json.Decoder(_Annotation)
_USUAL_ANNOTATION = msgspec.json.Decoder(_UsualAnnotation)
_SEGMENTATION = msgspec.json.Decoder(list[list[SignedFloat]] | _RunLengths | None)
_COLUMNS = frozenset(_Annotation.__struct_fields__)


def lvis_files(path: Path) -> tuple[Path, ...]:
    """Return the files that are read for the LVIS file at `path`: itself."""
    return (path,)


class LvisReader:
    """An LVIS file, read record by record in the file's order."""

    region_name = "annotation"
    unit = "annotations"

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError unless it is an object with LVIS's lists."""
        self.files = lvis_files(path)
        self.problems: list[ReadProblem] = []
        self._document = JsonDocument(path)
        self._members = self._document.members()
        self._lists = {name: self._document.array(self._members, name) for name in _LISTS}
        self.total = len(self._lists["annotations"])
        self.done = 0

    def header(self) -> str:
        """Return the file's object with null for each list of records, in the file's order."""
        header = {
            name: None if name in _LISTS else Raw(self._document.text(raw, name).encode())
            for name, raw in self._members.items()
        }
        return msgspec.json.encode(header).decode()

    def region_count(self) -> int:
        """Return the number of annotations."""
        return self.total

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the categories; each needs a synset."""
        for i, raw in enumerate(self._lists["categories"]):
            place = f"categories[{i}]"
            category = self._document.decode(_CATEGORY, raw, place)
            yield CategoryRecord(
                key=category.id,
                name=category.name,
                synset=category.synset,
                frequency=category.frequency,
                record=self._document.text(raw, place),
            )

    def images(self) -> Iterator[ImageRecord]:
        """Yield the pictures, with the path that `coco_url` ends in."""
        for i, raw in enumerate(self._lists["images"]):
            place = f"images[{i}]"
            image = self._document.decode(_IMAGE, raw, place)
            folder, name = self._path(image, place)
            yield ImageRecord(
                key=image.id,
                folder=folder,
                name=name,
                width=image.width,
                height=image.height,
                coco_id=image.id,
                negative=image.neg_category_ids,
                not_exhaustive=image.not_exhaustive_category_ids,
                record=self._document.text(raw, place),
            )

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the annotations; a box has no negative number (xywh, pixels)."""
        document = self._document
        for i, raw in enumerate(self._lists["annotations"]):
            self.done = i + 1
            place = ""
            try:
                annotation, fields = _annotation(raw)
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

    def _path(self, image: _Image, place: str) -> tuple[str, str]:
        """Return folder and name; `file_name` serves only where there is no URL."""
        from_url = None if image.coco_url is None else split_url(image.coco_url)
        from_name = None if image.file_name is None else split_path(image.file_name)
        for field, given, path in (
            ("coco_url", image.coco_url, from_url),
            ("file_name", image.file_name, from_name),
        ):
            if given is not None and path is None:
                problem = f"{field} {given!r} is not a path below the pictures' folder"
                raise self._document.error(f"{place} (id {image.id})", problem, "mend the record")
        path = from_url or from_name
        if path is None:
            problem = "object missing required field `coco_url`"
            raise self._document.error(f"{place} (id {image.id})", problem, "mend the record")
        return path


def _annotation(raw: Raw) -> tuple[_Annotation, str | None]:
    """Return an annotation, and a JSON object of the fields that have no column."""
    try:
        return _USUAL_ANNOTATION.decode(raw), None
    except WRONG:
        return _ANNOTATION.decode(raw), other_fields(raw, _COLUMNS)


def _segmentation(raw: Raw) -> str | None:
    """Return polygons or run lengths as JSON text without white space, None where there are none.

    They are decoded only to be checked.
    """
    if not raw:
        return None
    _SEGMENTATION.decode(raw)
    return without_white_space(raw).decode()
