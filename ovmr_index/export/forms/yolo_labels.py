"""Labels of an image as Ultralytics reads them: a line a box, in shares of width and height.

A line is `class cx cy w h` with the centre of the box, or, of segments, `class x1 y1 x2 y2 …` with
the corners of one polygon. Where one line of a file is a segment, all of its lines are read as
segments, so a box among them is written as its four corners. See `verify_image_label` and
`convert_coco` of Ultralytics.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage
from ovmr_index.export.forms.clipped_boxes import Corners, Point, clipped_box, clipped_polygon

_LEAST_SHARE = 1e-6  # of the width or height: less is 0 as it is written


class ImageLabels(NamedTuple):
    """The content of a label file, and how many boxes are not in it.

    `crowds` are groups, which are no object; `empty` are boxes of which nothing is on the image.
    """

    text: str
    boxes: int
    crowds: int
    empty: int


def image_labels(image: AnnotatedImage, *, segments: bool) -> ImageLabels:
    """Return the labels of an image whose size is known, in the order of its boxes."""
    lines, crowds, empty = list[str](), 0, 0
    for box in image.boxes:
        if box.is_crowd:
            crowds += 1
            continue
        line = _line(box, image.width or 1, image.height or 1, segments=segments)
        if line is None:
            empty += 1
        else:
            lines.append(line)
    return ImageLabels("".join(f"{line}\n" for line in lines), len(lines), crowds, empty)


def _line(box: AnnotatedBox, width: int, height: int, *, segments: bool) -> str | None:
    """Return the line of a box, None where nothing of it is on the image."""
    corners = clipped_box(box.x, box.y, box.w, box.h, width, height)
    across, down = corners.width / width, corners.height / height
    if min(across, down) < _LEAST_SHARE:
        return None
    if not segments:
        left, top, right, bottom = corners
        centre = ((left + right) / 2 / width, (top + bottom) / 2 / height)
        return _joined(box.place, (*centre, across, down))
    points = _outline(box, corners, width, height)
    return _joined(box.place, [share for x, y in points for share in (x / width, y / height)])


def _joined(place: int, shares: Iterable[float]) -> str:
    return " ".join([str(place), *(f"{share:.6f}" for share in shares)])


def _outline(box: AnnotatedBox, corners: Corners, width: int, height: int) -> Sequence[Point]:
    """Return the outline of a box: its polygons as one, or its corners where it has none."""
    clipped = (clipped_polygon(one, width, height) for one in polygons(box.segmentation()))
    found = [one for one in clipped if len(one) > 2]
    if found:
        return joined_polygons(found)
    left, top, right, bottom = corners
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def polygons(segmentation: Any) -> list[list[Point]]:
    """Return the polygons of a segmentation as points, none of run lengths."""
    if not isinstance(segmentation, list):
        return []
    return [[*zip(one[::2], one[1::2], strict=True)] for one in segmentation]


def joined_polygons(parts: Sequence[Sequence[Point]]) -> list[Point]:
    """Return one polygon that covers several: each is joined to the next one and back again.

    The joint of two is the shortest line from a corner of one to a corner of the other, as
    `merge_multi_segment` of Ultralytics has it. It is walked twice, so that it covers nothing.
    """
    if len(parts) == 1:
        return [*parts[0]]
    joints = [_joint(one, other) for one, other in pairwise(parts)]
    first, last = joints[0][0], joints[-1][1]
    points = _round(parts[0], first, first)
    middle = [*zip(parts[1:-1], joints[:-1], joints[1:], strict=True)]
    for part, (_, entered), (left, _) in middle:
        points += [part[entered]] if entered == left else _round(part, entered, left)
    points += _round(parts[-1], last, last)
    for part, (_, entered), (left, _) in reversed(middle):
        points += _round(part, left, entered)
    return points


def _joint(one: Sequence[Point], other: Sequence[Point]) -> tuple[int, int]:
    """Return the places of the two corners that are nearest to each other, the first of several."""
    apart = np.asarray(one)[:, None, :] - np.asarray(other)[None, :, :]
    nearest = int(np.argmin(np.square(apart).sum(axis=-1)))
    return nearest // len(other), nearest % len(other)


def _round(points: Sequence[Point], start: int, end: int) -> list[Point]:
    """Return the corners from `start` on to `end`, all the way round where these are one."""
    steps = (end - start) % len(points) or len(points)
    return [points[(start + step) % len(points)] for step in range(steps + 1)]
