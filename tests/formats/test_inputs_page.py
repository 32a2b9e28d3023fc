"""docs/inputs.md is right: each example of its tables is what the reader makes of it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.coco import CocoReader
from ovmr_index.formats.coco_annotation import mask_of
from ovmr_index.formats.lvis import LvisReader
from ovmr_index.formats.records import ImageRecord, RegionRecord
from ovmr_index.formats.visual_genome import VisualGenomeReader
from ovmr_index.ingest.image_locations import ImageLocator
from ovmr_index.ingest.sources import SourceSpec
from tests.support.runs import CHECKOUT
from tests.support.trees import TENCH, Json

PAGE = CHECKOUT / "docs" / "inputs.md"
_HEADING = re.compile(r"### `([a-z-]+)`: ([a-z]+)")
_CODE = re.compile(r"``(.+?) ?``|`([^`]+)`")
_WITHOUT = re.compile(r"without `([a-z_]+)`")
BOX: Json = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12}
IMAGE: Json = {"id": 1, "file_name": "a.jpg"}
CATEGORY: Json = {"id": 1, "name": "mug", "synset": TENCH}
OBJECT: Json = {"object_id": 1, "x": 1, "y": 2, "w": 3, "h": 4, "synsets": []}
GENOME_IMAGE: Json = {"image_id": 1, "url": "https://host/VG_100K/1.jpg"}


class Example(NamedTuple):
    """A change to a record of a format's list, and what the page says that it becomes."""

    format: str
    records: str
    without: list[str]
    given: Json
    taken: Json
    refused: str


def _examples() -> Iterator[Example]:
    heading = None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = _HEADING.fullmatch(line)
        elif heading is not None and line.startswith("| ") and "`" in line:
            left, right = (cell.strip() for cell in line.strip("|").split(" | "))
            without = _WITHOUT.findall(left)
            (expected,) = (first or second for first, second in _CODE.findall(right))
            is_refused = right.startswith("refused: ")
            yield Example(
                heading[1],
                heading[2],
                without,
                _members(_WITHOUT.sub("", left)),
                {} if is_refused else json.loads(f"{{{expected}}}"),
                expected if is_refused else "",
            )


def _members(cell: str) -> Json:
    found = [first or second for first, second in _CODE.findall(cell)]
    members: Json = json.loads(f"{{{', '.join(found)}}}")
    return members


def _region(region: RegionRecord) -> Json:
    return {
        "id": region.key,
        "image_id": region.image_key,
        "category_id": region.category_key,
        "bbox": [region.x, region.y, region.w, region.h],
        "area": region.area,
        "iscrowd": region.is_crowd,
        "segmentation": mask_of(json.loads(region.record or "{}")),
        "synsets": [*region.synsets],
    }


def _image(image: ImageRecord) -> Json:
    return {
        "id": image.key,
        "path": f"{image.folder}/{image.name}".lstrip("/"),
        "width": image.width,
        "height": image.height,
        "coco_id": image.coco_id,
        "negative": [*image.negative],
    }


def _located(image: ImageRecord, folder: Path, format_name: str) -> Json:
    spec = SourceSpec("own", format_name, "own", None, folder / "own.json", folder / "images")
    return _image(ImageLocator(spec, spec.path).locate(image))


def _coco_like(reader: Callable[[Path], Any], example: Example, folder: Path) -> Json:
    base = {"annotations": BOX, "images": IMAGE, "categories": CATEGORY}
    content: Json = {"images": [], "annotations": [], "categories": []}
    content[example.records] = [_changed(base[example.records], example)]
    (folder / "own.json").write_text(json.dumps(content))
    opened = reader(folder / "own.json")
    if example.records == "annotations":
        return _region(next(opened.regions()))
    if example.records == "images":
        return _located(next(opened.images()), folder, example.format)
    category = next(opened.categories())
    return {**category._asdict(), "id": category.key}


def _genome(example: Example, folder: Path) -> Json:
    one, images = [_changed(OBJECT, example)], [_changed(GENOME_IMAGE, example)]
    if example.records == "objects":
        images = []
    else:
        one = []
    (folder / "objects.json").write_text(json.dumps([{"image_id": 1, "objects": one}]))
    (folder / "image_data.json").write_text(json.dumps(images))
    opened = VisualGenomeReader(folder)
    if example.records == "objects":
        return _region(next(opened.regions()))
    return _located(next(opened.images()), folder, example.format)


def _changed(record: Json, example: Example) -> Json:
    changed = record | example.given
    return {name: changed[name] for name in changed if name not in example.without}


def _read(example: Example, folder: Path) -> Json:
    if example.format == "visual-genome":
        return _genome(example, folder)
    reader = {"coco": CocoReader, "lvis": LvisReader}[example.format]
    return _coco_like(reader, example, folder)


EXAMPLES = [*_examples()]


@pytest.mark.slow
@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda one: f"{one.format} {one.records} {one.without} {one.given}"
)
def test_an_example_is_what_the_reader_makes_of_it(example: Example, tmp_path: Path) -> None:
    if example.refused:
        with pytest.raises(RecordError) as caught:
            _read(example, tmp_path)
        assert example.refused.strip() in str(caught.value)
        return
    found = _read(example, tmp_path)
    taken = {name: found[name] for name in example.taken}
    assert json.dumps(taken, sort_keys=True) == json.dumps(example.taken, sort_keys=True)


def test_the_page_has_examples_of_every_list() -> None:
    assert {(one.format, one.records) for one in EXAMPLES} == {
        *((name, records) for name in ("coco", "lvis") for records in _LISTS),
        *(("visual-genome", records) for records in ("objects", "images")),
    }
    assert {bool(one.refused) for one in EXAMPLES} == {True, False}


_LISTS = ("annotations", "images", "categories")
