"""Pascal VOC: an XML file of objects an image, and a list of images a split.

Format: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/index.html. A box is the indexes of
its first and last pixels, which count from 1: it begins at xmin - 1 and ends at xmax, as the
development kit measures it and Detectron2 reads it.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.made_records import (
    HEADER,
    Shape,
    as_fields,
    made_category,
    made_image,
    made_region,
    without_taken,
)
from ovmr_index.formats.placement import Size
from ovmr_index.formats.records import (
    LARGEST_PIXEL,
    Box,
    CategoryRecord,
    ImageRecord,
    Number,
    RegionRecord,
)
from ovmr_index.formats.voc_files import VocFolder, is_list, require_plain
from ovmr_index.formats.voc_xml import read_xml, text_of, value_of

CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_REMEDY = "fix the file"
_COUNTED = 200  # files whose objects are counted, to estimate the others
_WHOLE = re.compile(r"[0-9]{1,9}(?:\.0+)?")


class VocReader:
    """The objects of a split, image by image, in the order of its list.

    The id of an image is a hash of its name, or the number that this is; that of an object is a
    hash of the name and of the object's place among those of its image.
    """

    region_name = "object"
    unit = "images"

    def __init__(self, path: Path) -> None:
        """List the images; raises RecordError for a list or folder that is not there."""
        self.problems: list[Issue] = []
        self.skips = False
        self.done = 0
        self._folder = VocFolder(path)
        self.files = _files(path)
        self._ids = self._folder.ids()
        self.total = len(self._ids)
        self._names = self._class_names()
        self._keys = {name: key for key, name in enumerate(self._names, 1)}

    def _class_names(self) -> list[str]:
        """Return the classes of all splits: VOC's twenty in their order, or any others sorted."""
        found = set[str]()
        for file in self._folder.files():
            try:
                names = (text_of(one, "name") for one in read_xml(file).iterfind("object"))
                found.update(name for name in names if name is not None)
            except RecordError:
                continue  # said where the file is read for its split
        return [*CLASSES] if found <= {*CLASSES} else sorted(found)

    def header(self) -> str:
        """Return the object of a file in COCO's format with the same records."""
        return HEADER

    def region_count(self) -> int:
        """Return about how many objects there are, estimated from those of the first images."""
        first = self._ids[:_COUNTED]
        count = sum(len(root.findall("object")) for _, root in self._roots(first))
        return count * len(self._ids) // max(len(first), 1)

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the classes, numbered from 1."""
        for key, name in enumerate(self._names, 1):
            yield made_category(key, name)

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images; a size of 0 is none, and is read from the header when it is needed."""
        self.problems.clear()
        for name, reason in self._folder.left_out():
            file = str(self._folder.annotations)
            self.problems.append(Issue(file=file, record=name, reason=reason))
        for image_id, root in self._roots(self._ids, self._leave_out):
            path = self._folder.image_of(image_id, text_of(root, "filename"))
            others = _members(root, "object")
            yield made_image(key_of(image_id), path, _size_of(root), others)

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the objects of the images; a file that was left out is not named again."""
        for done, image_id in enumerate(self._ids, 1):
            self.done = done
            for _, root in self._roots([image_id]):
                for place, element in enumerate(root.iterfind("object")):
                    try:
                        yield self._region(image_id, place, element)
                    except RecordError as error:
                        self._leave_out(error)

    def _roots(
        self, ids: Iterable[str], leave_out: Callable[[RecordError], None] | None = None
    ) -> Iterator[tuple[str, Element]]:
        """Yield the ids and annotations of some images; `leave_out` takes those that are wrong."""
        for image_id in ids:
            try:
                yield image_id, self._root(image_id)
            except RecordError as error:
                if leave_out is not None:
                    leave_out(error)

    def _root(self, image_id: str) -> Element:
        file = self._folder.file_of(image_id)
        require_plain(image_id, self._folder.list or file)
        root = read_xml(file)
        if root.tag != "annotation":
            problem = f"is XML of another kind: <{shortened(root.tag, 80)}>"
            raise RecordError(file, "", problem, _REMEDY)
        return root

    def _region(self, image_id: str, place: int, element: Element) -> RegionRecord:
        file, where = self._folder.file_of(image_id), f"object {place + 1}"
        name = text_of(element, "name")
        if name is None:
            raise RecordError(file, where, "has no name", _REMEDY)
        box = _box_of(file, where, element)
        key = key_of(f"{image_id}:{place}")
        fields = as_fields(_members(element, "name"))
        return made_region((key, key_of(image_id), self._keys[name]), Shape(box), fields)

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self.skips:
            raise error from None
        self.problems.append(error.as_issue())


def _members(element: Element, without: str) -> dict[str, Any]:
    """Return what an element holds by the names of its children, without those of one name.

    A name that COCO's format has for something else gets `voc_` before it.
    """
    found = value_of(element) if len(element) else {}
    found.pop(without, None)
    return without_taken(found, "voc_")


def _size_of(root: Element) -> Size | None:
    """Return width and height in pixels, None where they are not said, or 0."""
    texts = [root.findtext(f"size/{side}", "").strip() for side in ("width", "height")]
    if not all(map(_WHOLE.fullmatch, texts)):
        return None
    width, height = (int(float(text)) for text in texts)
    return (width, height) if width and height else None


def _box_of(file: Path, where: str, element: Element) -> Box:
    """Return the box of an object in xywh (pixels, from 0); raises RecordError without one."""
    texts = [(element.findtext(f"bndbox/{side}") or "").strip() for side in _SIDES]
    sides: list[Number] = []
    for side, text in zip(_SIDES, texts, strict=True):
        found: Any = lenient.number(text)
        if isinstance(found, str) or not math.isfinite(found) or abs(found) > LARGEST_PIXEL:
            problem = f"{side} {shortened(repr(text), 80)} is no number"
            raise RecordError(file, where, problem, _REMEDY)
        sides.append(found)
    left, top, right, bottom = sides
    if right < left or bottom < top:
        raise RecordError(file, where, "its box ends before it begins", _REMEDY)
    return left - 1, top - 1, right - left + 1, bottom - top + 1


def _files(path: Path) -> tuple[Path, ...]:
    """Return the list of a split; none for a folder, all of whose files are parts."""
    return (path,) if is_list(path) else ()


def _parts(path: Path, _: str | None) -> tuple[Path, ...]:
    """Return the annotations of every split, which say together what classes there are."""
    return VocFolder(path).files()


def _image_folders(path: Path, _images: Path, _split: str | None) -> tuple[str, ...]:
    folder = VocFolder(path)
    return (folder.images,) if (folder.root / folder.images).is_dir() else ()


FORMAT = Format(
    "voc",
    reader=VocReader,
    files=_files,
    parts=_parts,
    image_folders=_image_folders,
    reads_splits="folder",
    counted="objects",
    floors_boxes=True,
    has_crowds=False,
    downloads={"JPEGImages": "VOCtrainval_11-May-2012.tar of Pascal VOC"},
)
