"""Records in COCO's shape, made for formats whose files have another one.

Exports give them back, so that such a source can be written as a file in COCO's format.
"""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from ovmr_index.formats.placement import Size
from ovmr_index.formats.records import (
    OF_EXPORTS,
    Box,
    CategoryRecord,
    ImageRecord,
    Number,
    RegionRecord,
)

HEADER = '{"images":null,"annotations":null,"categories":null}'
Members = Mapping[str, Any]
NONE: Members = {}
_REGION = ("id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd")
_TAKEN = {*_REGION, *OF_EXPORTS, "file_name", "width", "height"}
_DIGITS = 4  # of pixels behind the point, where a box is a fraction of its image


class Shape(NamedTuple):
    """A box (xywh), or polygons with the box around them and their area, in pixels."""

    box: Box
    polygons: list[list[Number]] | None = None
    area: Number | None = None


def in_pixels(fraction: float, side: int) -> float:
    """Return a fraction of a side of an image in pixels, without digits that mean nothing."""
    return round(fraction * side, _DIGITS)


def made_category(key: int, name: str, others: Members = NONE) -> CategoryRecord:
    """Return a category without a synset; `others` are further members of its record."""
    record = _text({"id": key, "name": name, **others})
    return CategoryRecord(key, name, None, None, record)


def made_image(key: int, path: str, size: Size | None, others: Members = NONE) -> ImageRecord:
    """Return an image at `path` below the root of the images; `size` is in pixels.

    `others` are further members of its record.
    """
    width, height = size or (None, None)
    sides = {} if size is None else {"width": width, "height": height}
    record = _text({"id": key, "file_name": path, **sides, **others})
    name = PurePosixPath(path).name
    folder = path[: -len(name)].rstrip("/")
    return ImageRecord(key, folder, name, width, height, None, (), (), record)


def made_region(
    keys: tuple[int, int, int], shape: Shape, fields: str | None = None, *, is_crowd: bool = False
) -> RegionRecord:
    """Return a region by the keys of itself, its image and its category.

    `fields` is a JSON object of what has no column.
    """
    key, image_key, category_key = keys
    x, y, w, h = shape.box
    record = (
        f'{{"id":{key},"image_id":{image_key},"category_id":{category_key},"bbox":[{x},{y},{w},{h}]'
    )
    record += "" if shape.area is None else f',"area":{shape.area}'
    record += "" if shape.polygons is None else f',"segmentation":{_text(shape.polygons)}'
    record += "}" if fields is None else f",{fields[1:]}"
    region = RegionRecord(*keys, (), x, y, w, h, shape.area, record, fields)
    return region._replace(is_crowd=True) if is_crowd else region


def without_taken(members: Members, prefix: str) -> dict[str, Any]:
    """Return members of a file; a name that COCO's format has for something else gets `prefix`."""
    return {f"{prefix}{one}" if one in _TAKEN else one: value for one, value in members.items()}


def as_fields(members: dict[str, Any]) -> str | None:
    """Return members as the JSON object of a region's fields, None without any."""
    return _text(members) if members else None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
