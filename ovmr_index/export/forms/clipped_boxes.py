"""Boxes and polygons as far as they are on their image."""

from collections.abc import Sequence
from typing import NamedTuple

from ovmr_index.formats.records import Number

Point = tuple[float, float]

_DIGITS = 6


class Corners(NamedTuple):
    """A box by two corners in pixels, xyxy: the upper left one, and the lower right one."""

    left: Number
    top: Number
    right: Number
    bottom: Number

    @property
    def width(self) -> Number:
        """How wide it is; 0 or less where nothing of it is on the image."""
        return self.right - self.left

    @property
    def height(self) -> Number:
        """How high it is; 0 or less where nothing of it is on the image."""
        return self.bottom - self.top


def clipped_box(x: Number, y: Number, w: Number, h: Number, width: int, height: int) -> Corners:
    """Return the part of a box (xywh) on an image of `width` x `height` pixels; it may be empty.

    Corners have 6 digits after the decimal point, since 100.1 + 200.2 is 300.29999999999995.
    """
    corners = (max(x, 0), max(y, 0), min(x + w, width), min(y + h, height))
    return Corners(*(round(one, _DIGITS) for one in corners))


def clipped_polygon(points: Sequence[Point], width: int, height: int) -> list[Point]:
    """Return the part of a polygon on an image; it has fewer than 3 points where there is none.

    Its sides are cut at each edge of the image in turn (Sutherland and Hodgman 1974).
    """
    found = list(points)
    if all(0 <= x <= width and 0 <= y <= height for x, y in found):
        return found
    for axis, limit, sign in ((0, 0, 1), (0, width, -1), (1, 0, 1), (1, height, -1)):
        found = _cut(found, axis, limit, sign)
    return found


def _cut(points: Sequence[Point], axis: int, limit: float, sign: int) -> list[Point]:
    """Return the part of a polygon on one side of a line, which is at `limit` of an axis.

    `sign` is 1 for the side where coordinates are larger, -1 for the other one.
    """
    kept: list[Point] = []
    for before, point in zip([*points[-1:], *points[:-1]], points, strict=True):
        inside = sign * (point[axis] - limit) >= 0
        if inside != (sign * (before[axis] - limit) >= 0):
            kept.append(_crossing(before, point, axis, limit))
        if inside:
            kept.append(point)
    return kept


def _crossing(start: Point, end: Point, axis: int, limit: float) -> Point:
    """Return the point of a side where it meets a line."""
    share = (limit - start[axis]) / (end[axis] - start[axis])
    other = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (limit, other) if axis == 0 else (other, limit)
