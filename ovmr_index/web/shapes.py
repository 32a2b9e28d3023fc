"""The boxes and masks of an image as what an SVG draws, in pixels of the image."""

from collections.abc import Sequence
from typing import NamedTuple

from ovmr_index.formats.records import Number
from ovmr_index.integrations.outlines import outline
from ovmr_index.pools.detail_queries import KnownBox

_LETTERS = 30  # of a label, in the image's longer side


class Shape(NamedTuple):
    """A box (xywh) with its label and its mask; the label ends at `label_x` where it `is_at_end`.

    `path` is the `d` of the mask's path, empty without one; `note` says why where there should be.
    """

    region_id: int
    label: str
    x: Number
    y: Number
    w: Number
    h: Number
    path: str
    note: str
    label_x: float
    label_y: float
    is_at_end: bool


def shape_of(box: KnownBox, width: int, height: int) -> Shape:
    """Return what is drawn of a box on an image of a width and height in pixels."""
    drawn = outline(box.segmentation())
    letter = letter_height(width, height)
    left, top = max(0.0, float(box.x)), max(0.0, float(box.y))
    is_at_end = left > width / 2
    label_x = min(float(width), float(box.x + box.w)) if is_at_end else left
    label_y = top - letter / 3 if top > letter * 4 / 3 else top + letter
    place = round(label_x, 2), round(label_y, 2)
    sides = box.x, box.y, box.w, box.h
    return Shape(box.region_id, box.label, *sides, drawn.path, drawn.note, *place, is_at_end)


def shapes_of(boxes: Sequence[KnownBox], width: int, height: int) -> list[Shape]:
    """Return what is drawn of boxes, the largest first, so that none hides a smaller one."""
    ordered = sorted(boxes, key=lambda box: (-box.w * box.h, box.region_id))
    return [shape_of(box, width, height) for box in ordered]


def letter_height(width: int, height: int) -> float:
    """Return how high labels are on an image, in its pixels."""
    return round(max(width, height) / _LETTERS, 1)
