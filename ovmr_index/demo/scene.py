"""Scenes: which icons stand where on a background."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from PIL import Image

from ovmr_index.demo.geometry import Polygon
from ovmr_index.demo.icons import Icon, icons
from ovmr_index.demo.paint import Box, draw_icon
from ovmr_index.demo.scenery import background

# Columns, then the lower edge and the height of a row as parts of the image's height.
_ROWS = {
    "air": (3, 0.34, 0.32),
    "sea": (3, 0.5, 0.24),
    "back": (4, 0.67, 0.26),
    "front": (4, 0.96, 0.29),
}
_ROWS_OF = {
    "ground": ("back", "front"),
    "sea": ("sea",),
    "air": ("air",),
    "swim": ("air", "back", "front"),
}
_LARGEST = 1.25  # the largest `size` of an icon fills its slot
_TINY = 0.08  # the part of the objects that is drawn far too small to be an exemplar


class Placed(NamedTuple):
    """An icon on an image: its synset and its outer polygons in pixels."""

    synset: str
    polygons: list[Polygon]


class Scene(NamedTuple):
    """A drawn image (RGB), the kind of place that it shows, and what is there."""

    image: Image.Image
    place: str
    placed: list[Placed]


def compose(place: str, synsets: Sequence[str], size: tuple[int, int], rng: Random) -> Scene:
    """Draw the place with an icon for each synset, as far as there is room; no two overlap."""
    image = background(place, size, rng)
    slots = {row: _slots(row, size, rng) for row in _ROWS}
    spots = []
    for synset in synsets:
        icon = icons()[synset]
        free = [row for row in _ROWS_OF[icon.level] if slots[row]]
        if free:
            spots.append((synset, _box_in(slots[rng.choice(free)].pop(), icon, rng)))
    spots.sort(key=lambda spot: spot[1].y + spot[1].h)
    placed = [Placed(synset, draw_icon(image, icons()[synset], box, rng)) for synset, box in spots]
    return Scene(image, place, placed)


def portrait(synset: str, size: tuple[int, int], rng: Random) -> Image.Image:
    """One icon, large, on one of its places."""
    width, height = size
    icon = icons()[synset]
    image = background(rng.choice(icon.scenes), size, rng)
    part = rng.uniform(0.62, 0.84)
    w, h = width * part, height * part
    down = rng.uniform(0.1, 0.4) if icon.level == "air" else rng.uniform(0.5, 0.9)
    box = Box(rng.uniform(0.2, 0.8) * (width - w), down * (height - h), w, h)
    draw_icon(image, icon, box, rng)
    return image


def _slots(row: str, size: tuple[int, int], rng: Random) -> list[Box]:
    columns, bottom, tall = _ROWS[row]
    width, height = size[0] / columns, size[1]
    boxes = [Box(i * width, (bottom - tall) * height, width, tall * height) for i in range(columns)]
    rng.shuffle(boxes)
    return boxes


def _box_in(slot: Box, icon: Icon, rng: Random) -> Box:
    """A box within the slot, sized as the icon is among others, a little to one side."""
    part = icon.size / _LARGEST * rng.uniform(0.82, 1) * (0.3 if rng.random() < _TINY else 1)
    w, h = slot.w * min(part * 1.15, 0.96), slot.h * part
    low = slot.h - h if icon.level != "air" else rng.random() * (slot.h - h)
    return Box(slot.x + rng.uniform(0.2, 0.8) * (slot.w - w), slot.y + low, w, h)
