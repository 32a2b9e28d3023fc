"""YOLO: a text file of labels an image, each line a class and a box or polygon, as fractions.

Format: https://docs.ultralytics.com/datasets/detect and https://docs.ultralytics.com/datasets/segment.
A line is `class x_center y_center width height` or `class x1 y1 x2 y2 x3 y3 ...`. Fractions are of
the image as shown, after EXIF rotation, as Ultralytics reads it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.fractions import FractionError, fraction
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.made_records import (
    HEADER,
    Shape,
    in_pixels,
    made_category,
    made_image,
    made_region,
)
from ovmr_index.formats.measured_images import measured_images
from ovmr_index.formats.placement import Placement, Size
from ovmr_index.formats.records import (
    Box,
    CategoryRecord,
    ImageRecord,
    Number,
    RegionRecord,
)
from ovmr_index.formats.text_file import text_lines
from ovmr_index.formats.yolo_files import (
    folders_of,
    images_of,
    is_no_file,
    label_of,
    labels_without_image,
    odd_names,
    read_data_file,
)

_BOX = ("x_center", "y_center", "width", "height")
_LEAST_POLYGON = 6  # numbers: three points
_COUNTED = 200  # files of labels whose lines are counted, to estimate the others
_IS_TEXT = ("classes.txt",)  # beside the labels, where labelImg puts it


class YoloReader:
    """A split of a data set, image by image; an image without labels is a background.

    The id of an image is a hash of its path below the root of the images, that of a box one of the
    path and of the number of its line.
    """

    region_name = "label"
    unit = "images"

    def __init__(self, path: Path) -> None:
        """Read data.yaml; raises RecordError for one that is wrong."""
        self.files: tuple[Path, ...] = (path,)
        self.problems: list[Issue] = []
        self.skips = False
        self.total = self.done = 0
        self._data = read_data_file(path)
        self._names = dict(self._data.names)
        self._images: list[str] = []
        self._sizes: dict[str, Size] = {}
        self._placement: Placement | None = None

    def place(self, placement: Placement) -> None:
        """Take the split, and list its images; raises RecordError where a folder is not there."""
        self._placement = placement
        self._entries = self._data.entries(placement.split or "")
        self._images = images_of(self._entries)
        self.total = len(self._images)

    def header(self) -> str:
        """Return the object of a file in COCO's format with the same records."""
        return HEADER

    def region_count(self) -> int:
        """Return about how many labels there are, estimated from those of the first images."""
        labels = [one for one in map(label_of, self._images[:_COUNTED]) if one.is_file()]
        count = sum(len(text_lines(label)) for label in labels)
        return count * max(len(self._images), 1) // max(min(_COUNTED, len(self._images)), 1)

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the classes; their ids are their indexes, which count from 0."""
        for key, name in self._data.names:
            yield made_category(key, name)

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images; those that cannot be read, and labels without, go into `problems`.

        Raises RecordError for an image that is not below the root of the images.
        """
        assert self._placement is not None
        self.problems.clear()
        left_out = LeftOut(self._data.file, self.problems)
        if not self._images:
            left_out.add(f"`{self._placement.split}`", "has no image")
        for label in filter(is_no_file, map(label_of, self._images)):
            left_out.add(str(label), "is no file, or a link to one that is not there")
        if self._images and not any(label_of(image).is_file() for image in self._images):
            first = label_of(self._images[0])
            left_out.add(str(first), "is not there, and no other image has labels")
        for path in odd_names(self._entries):
            left_out.add(path, "its name is not UTF-8")
        for label in labels_without_image(self._entries, self._images):
            if label.name not in _IS_TEXT:
                left_out.add(str(label), "labels no image that is there")
        names = map(self._name_of, self._images)
        for name, size in measured_images(self._placement, names, self.problems, as_shown=True):
            self._sizes[name] = size
            yield made_image(key_of(name), name, size)

    def _name_of(self, image: str) -> str:
        """Return the path of an image below the root of the images."""
        assert self._placement is not None
        name = os.path.relpath(image, self._placement.images)
        if name.startswith(os.pardir):
            problem = f"{shortened(image)} is not below {self._placement.images}"
            raise RecordError(self._data.file, "", problem, "ingest it again by its data.yaml")
        return name

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the labels of the images that are there."""
        for done, image in enumerate(self._images, 1):
            self.done = done
            name = self._name_of(image)
            label = label_of(image)
            if name not in self._sizes or not label.is_file():
                continue
            for line, text in self._lines(label):
                try:
                    yield self._region(label, line, text, name)
                except RecordError as error:
                    self._leave_out(error)

    def _lines(self, label: Path) -> list[tuple[int, str]]:
        """Return the lines of a file of labels, none of one that is left out."""
        try:
            return text_lines(label)
        except RecordError as error:
            self._leave_out(error)
            return []

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self.skips:
            raise error from None
        self.problems.append(error.as_issue())

    def _region(self, label: Path, line: int, text: str, name: str) -> RegionRecord:
        """Return the label of a line; raises RecordError for one that is wrong."""
        first, *numbers = text.split()
        try:
            category_key = self._class_of(first)
            shape = _shape_of(numbers, self._sizes[name])
        except FractionError as error:
            raise RecordError(label, f"line {line}", str(error), "fix the line") from None
        keys = (key_of(f"{name}:{line}"), key_of(name), category_key)
        return made_region(keys, shape)

    def _class_of(self, text: str) -> int:
        """Return a class index, which some write as `0.0`; raises FractionError for another."""
        whole = text.removesuffix(".0") if text.endswith(".0") else text
        if not (whole.isascii() and whole.isdecimal() and len(whole) < 19):
            raise FractionError(f"its class {shortened(repr(text), 80)} is no index")
        if int(whole) not in self._names:
            raise FractionError(
                f"its class {int(whole)} is not in `names` of {self._data.file.name}"
            )
        return int(whole)


def _shape_of(numbers: list[str], size: Size) -> Shape:
    """Return what the numbers of a line draw; raises FractionError for what is nothing."""
    if len(numbers) == len(_BOX):
        return Shape(_box_of(numbers, size))
    if len(numbers) < _LEAST_POLYGON or len(numbers) % 2:
        problem = (
            f"has {len(numbers)} numbers behind its class: give 4 for a box, or 6, 8 and so on"
        )
        raise FractionError(problem)
    points = [fraction("a point", number) for number in numbers]
    x = [in_pixels(one, size[0]) for one in points[0::2]]
    y = [in_pixels(one, size[1]) for one in points[1::2]]
    box = (min(x), min(y), _round(max(x) - min(x)), _round(max(y) - min(y)))
    polygon: list[Number] = [side for point in zip(x, y, strict=True) for side in point]
    return Shape(box, [polygon], _area_of(x, y))


def _box_of(numbers: list[str], size: Size) -> Box:
    x, y, width, height = map(fraction, _BOX, numbers)
    if width < 0 or height < 0:
        raise FractionError("its width or height is negative")
    left, top = in_pixels(x - width / 2, size[0]), in_pixels(y - height / 2, size[1])
    return left, top, in_pixels(width, size[0]), in_pixels(height, size[1])


def _area_of(x: list[float], y: list[float]) -> float:
    """Return the area of a polygon by the trapezoid formula, in square pixels."""
    turns = zip(x, y, x[1:] + x[:1], y[1:] + y[:1], strict=True)
    return _round(abs(sum(x0 * y1 - x1 * y0 for x0, y0, x1, y1 in turns)) / 2)


def _round(value: float) -> float:
    return in_pixels(value, 1)


def _parts(path: Path, split: str | None) -> tuple[Path, ...]:
    """Return the lists of a split, and the labels of its images."""
    entries = read_data_file(path).entries(split or "")
    labels = (label for label in map(label_of, images_of(entries)) if label.is_file())
    return (*(one for one in entries if not one.is_dir()), *dict.fromkeys(labels))


def _image_folders(path: Path, images: Path, split: str | None) -> tuple[str, ...]:
    folders = folders_of(read_data_file(path).entries(split or ""))
    found = (os.path.relpath(one, images) for one in folders if Path(one).is_dir())
    return tuple("" if one == os.curdir else one for one in found)


FORMAT = Format(
    "yolo",
    reader=YoloReader,
    parts=_parts,
    image_folders=_image_folders,
    reads_splits="file",
    counted="labels",
    floors_boxes=True,
    has_crowds=False,
)
