"""OpenImages as it ships: boxes of a split in a CSV, the descriptions and hierarchy of the classes.

Format: https://storage.googleapis.com/openimages/web/download_v7.html. A box is a fraction of its
image, whose size is in its header alone. Boxes are drawn on the image as stored: what its EXIF or
the CSVs of rotations say turns the image and the boxes
(https://storage.googleapis.com/openimages/web/2018-05-17-rotation-information.html).
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.csv_table import UNIT, CsvTable
from ovmr_index.formats.fractions import FractionError, fraction
from ovmr_index.formats.made_records import (
    HEADER,
    Shape,
    as_fields,
    in_pixels,
    made_category,
    made_image,
    made_region,
    without_taken,
)
from ovmr_index.formats.measured_images import measured_images
from ovmr_index.formats.openimages_files import (
    ImageFolders,
    annotation_files,
    read_descriptions,
)
from ovmr_index.formats.openimages_hierarchy import hierarchy_file, read_broader
from ovmr_index.formats.openimages_labels import NegativeLabels, labels_file
from ovmr_index.formats.placement import Placement, Size
from ovmr_index.formats.records import CategoryRecord, ImageRecord, RegionRecord

_SIDES = ("XMin", "XMax", "YMin", "YMax")
_COLUMNS = ("ImageID", "LabelName", *_SIDES)
_GROUP = "IsGroupOf"
_TRUE = (1, "true", "True", "TRUE")
_PREFIX = "openimages_"  # of columns that are called as members of COCO's format
_CLICK = re.compile(r"XClick[1-4][XY]")  # four points that somebody clicked at; -1 if nobody did
_NO_CLICK = "-1"
_NAME = re.compile(r"[^/\\\0.][^/\\\0]{0,199}")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,16})?")
_MOST_FLAGS = 100_000  # texts, of which there are some hundreds


class OpenImagesReader:
    """The boxes of a split in the file's order; images come in the order of their first boxes.

    The ids of images are text: of such the number is a hash, as in COCO's format. The id of a box
    is a hash of its image, class and sides, so that a line that comes or goes changes no other.
    """

    region_name = "box"
    unit = UNIT

    def __init__(self, path: Path) -> None:
        """Open both files; raises RecordError for one that is wrong."""
        self.files: tuple[Path, ...] = annotation_files(path)
        self.problems: list[Issue] = []
        self.skips = False
        self.done = 0
        self._table = CsvTable(path, _COLUMNS)
        self.total = self._table.total
        self._classes = read_descriptions(self.files[1])
        hierarchy = hierarchy_file(path)
        self._broader = {} if hierarchy is None else read_broader(hierarchy)
        self._keys = {label: key for key, label in enumerate(self._classes, 1)}
        self._at = [self._table.at(name) for name in _COLUMNS]
        names = self._table.columns
        others = [(i, name) for i, name in enumerate(names) if name not in _COLUMNS]
        self._clicks = [one for one in others if _CLICK.fullmatch(one[1])]
        self._others = [one for one in others if one not in self._clicks]
        self._sizes: dict[str, Size | None] = {}  # None of an image that is left out
        self._flags = lru_cache(_MOST_FLAGS)(self._make_flags)
        self._placement: Placement | None = None

    def place(self, placement: Placement) -> None:
        """Take the split and where its images are."""
        self._placement = placement

    def header(self) -> str:
        """Return the object of a file in COCO's format with the same records."""
        return HEADER

    def region_count(self) -> int:
        """Return about how many boxes there are, estimated from the beginning of the file."""
        return self._table.row_count

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the classes, numbered from 1 in the order of their descriptions.

        Their own synsets are called by their LabelName, as `/m/011k07`.
        """
        for key, (label, name) in enumerate(self._classes.items(), 1):
            category = made_category(key, name, {"freebase_id": label})
            yield category._replace(own_synset=label, broader=self._broader.get(label, ()))

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images with boxes; those that are not there are put into `problems`.

        Raises RecordError where no folder of images is there.
        """
        assert self._placement is not None
        self.problems.clear()
        folders = ImageFolders(self._placement.images, self._placement.split or "")
        if not folders.paths:
            problem = f"has no folder `images`, `{self._placement.split}` or the like"
            raise RecordError(self._placement.images, "", problem, "unpack the images there")
        self._sizes.clear()
        absent = self._negative_labels()
        paths = map(folders.path_of, self._image_ids())
        for path, size in measured_images(self._placement, paths, self.problems, as_shown=False):
            image_id = path.rpartition("/")[2].removesuffix(".jpg")
            self._sizes[image_id] = size
            key = key_of(image_id)
            negative = () if absent is None else absent.of(key)
            others = {"neg_category_ids": negative} if negative else {}
            image = made_image(key, path, size, {"ImageID": image_id} | others)
            yield image._replace(negative=negative)

    def _negative_labels(self) -> NegativeLabels | None:
        path = labels_file(self._table.path)
        return None if path is None else NegativeLabels(path, self._keys, self._leave_out)

    def _image_ids(self) -> Iterator[str]:
        """Yield the ids of the images that have boxes, each once."""
        at, last = self._at[0], ""
        for _, row in self._table.rows():
            image_id = row[at].strip() if len(row) > at else ""
            if image_id != last and image_id not in self._sizes and _is_name(image_id):
                self._sizes[image_id] = None
                yield image_id
            last = image_id

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the boxes of the images that are there; one of a group of things is a crowd."""
        last, times = "", dict[str, int]()
        for line, row in self._table.rows():
            self.done = self._table.done
            try:
                image_id, *texts = self._cells(line, row)
                if image_id != last:
                    last, times = image_id, {}
                text = " ".join((image_id, *texts))
                times[text] = times.get(text, 0) + 1
                size = self._sizes.get(image_id)
                if size is not None:
                    again = "" if times[text] == 1 else f" {times[text]}"
                    yield self._region(line, row, size, key_of(text + again))
            except RecordError as error:
                self._leave_out(error)
        self.done = self.total

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self.skips:
            raise error from None
        self.problems.append(error.as_issue())

    def _cells(self, line: int, row: list[str]) -> list[str]:
        """Return image, class and sides of a row as text; raises RecordError for another row."""
        if len(row) != len(self._table.columns):
            expected = len(self._table.columns)
            raise self._table.error(line, f"has {len(row)} cells, and not {expected}")
        cells = [row[at].strip() for at in self._at]
        if not _is_name(cells[0]):
            problem = f"ImageID {shortened(repr(cells[0]), 80)} names no image"
            raise self._table.error(line, problem)
        return cells

    def _region(self, line: int, row: list[str], size: Size, key: int) -> RegionRecord:
        image_id, label, *sides = (row[at].strip() for at in self._at)
        if label not in self._keys:
            problem = f"its class {shortened(repr(label), 80)} is not in {self.files[1].name}"
            raise self._table.error(line, problem)
        try:
            left, right, top, bottom = map(fraction, _SIDES, sides)
        except FractionError as error:
            raise self._table.error(line, str(error)) from None
        if right < left or bottom < top:
            raise self._table.error(line, "its box ends before it begins")
        width, height = size
        x, y = in_pixels(left, width), in_pixels(top, height)
        box = (x, y, in_pixels(right - left, width), in_pixels(bottom - top, height))
        fields, is_group = self._fields(row)
        keys = (key, key_of(image_id), self._keys[label])
        return made_region(keys, Shape(box), fields, is_crowd=is_group)

    def _fields(self, row: list[str]) -> tuple[str | None, bool]:
        """Return the members of a row that have no column, and whether it is a group of things."""
        flags, is_group = self._flags(tuple([row[i] for i, _ in self._others]))
        clicks = [(name, row[i].strip()) for i, name in self._clicks if row[i] != _NO_CLICK]
        if not clicks:
            return flags, is_group
        shown = [f'"{name}":{_number(text)}' for name, text in clicks if text]
        return f"{{{','.join([*filter(None, [(flags or '{}')[1:-1]]), *shown])}}}", is_group

    def _make_flags(self, values: tuple[str, ...]) -> tuple[str | None, bool]:
        """Return the members that most boxes share, and whether they are a group's."""
        names = (name for _, name in self._others)
        given = {name: lenient.number(one) for name, one in zip(names, values, strict=True)}
        is_group = given.get(_GROUP) in _TRUE
        members = ({"iscrowd": 1} if is_group else {}) | without_taken(given, _PREFIX)
        return as_fields(members), is_group


def _number(text: str) -> str:
    """Return a number of a table as JSON, and other text as a string."""
    return text if _DECIMAL.fullmatch(text) else json.dumps(text)


def _is_name(image_id: str) -> bool:
    return _NAME.fullmatch(image_id) is not None


def _parts(path: Path, _: str | None) -> tuple[Path, ...]:
    """Return the hierarchy and the labels of images, where they are there."""
    return tuple(one for one in (hierarchy_file(path), labels_file(path)) if one is not None)


def _image_folders(path: Path, images: Path, split: str | None) -> tuple[str, ...]:
    return ImageFolders(images, split or "").paths


FORMAT = Format(
    "openimages",
    reader=OpenImagesReader,
    files=annotation_files,
    parts=_parts,
    image_folders=_image_folders,
    reads_splits="folder",
    counted="boxes",
    floors_boxes=True,
    downloads={
        "train": "train_0.tar.gz to train_f.tar.gz of OpenImages",
        "validation": "validation.tar.gz of OpenImages",
        "test": "test.tar.gz of OpenImages",
    },
)
