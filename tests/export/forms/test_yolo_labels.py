"""Labels of YOLO: shares of the image, outlines cut at its edges and joined."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage
from ovmr_index.export.forms.clipped_boxes import Point, clipped_box, clipped_polygon
from ovmr_index.export.forms.yolo_labels import image_labels, joined_polygons
from tests.support.exhaustive import examples

WIDTH, HEIGHT = 640, 427
SHARE = 1e-6

sides = st.one_of(st.integers(1, 900), st.floats(1, 900))
starts = st.one_of(st.integers(-700, 700), st.floats(-700, 700))
corners = st.tuples(st.floats(-900, 900), st.floats(-900, 900))


def box(x: float, y: float, w: float, h: float, record: str | None = None) -> AnnotatedBox:
    """Return a box of the fourth category."""
    return AnnotatedBox(1, 3, x, y, w, h, None, is_crowd=False, record=record)


def labels(*boxes: AnnotatedBox, segments: bool = False) -> list[str]:
    """Return the lines of an image."""
    image = AnnotatedImage(1, "1.jpg", WIDTH, HEIGHT, "1.jpg", None, boxes)
    return image_labels(image, segments=segments).text.splitlines()


def contains(polygon: Sequence[Point], x: float, y: float) -> bool:
    """Return whether a point is in a polygon: its ray crosses an odd number of sides."""
    sides = pairwise([*polygon, *polygon[:1]])
    return (
        sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            for a, b in sides
        )
        % 2
        == 1
    )


@given(starts, starts, sides, sides)
def test_a_box_comes_back_from_its_line(x: float, y: float, w: float, h: float) -> None:
    left, top, right, bottom = clipped_box(x, y, w, h, WIDTH, HEIGHT)
    lines = labels(box(x, y, w, h))
    if right - left < SHARE * WIDTH or bottom - top < SHARE * HEIGHT:
        assert lines == []
        return
    (line,) = lines
    place, *shares = line.split()
    assert place == "3"
    cx, cy, across, down = map(float, shares)
    assert all(0 <= float(share) <= 1 for share in shares)
    assert across > 0 < down
    assert (cx - across / 2, cx + across / 2) == pytest.approx(
        (left / WIDTH, right / WIDTH), abs=SHARE
    )
    assert (cy - down / 2, cy + down / 2) == pytest.approx(
        (top / HEIGHT, bottom / HEIGHT), abs=SHARE
    )


@given(
    st.lists(corners, min_size=3, max_size=9),
    st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)), min_size=5),
)
def test_a_polygon_is_cut_at_the_edges_of_its_image(
    polygon: list[Point], points: list[Point]
) -> None:
    found = clipped_polygon(polygon, WIDTH, HEIGHT)
    assert all(-1e-9 <= x <= WIDTH + 1e-9 and -1e-9 <= y <= HEIGHT + 1e-9 for x, y in found)
    for x, y in ((x * WIDTH, y * HEIGHT) for x, y in points):
        if all(_is_far(side, x, y) for side in pairwise([*polygon, *polygon[:1]])):
            assert contains(found, x, y) == contains(polygon, x, y)


def _is_far(side: tuple[Point, Point], x: float, y: float) -> bool:
    """Return whether a point is not on the line of a side, where rounding decides."""
    (ax, ay), (bx, by) = side
    return abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) > 1e-6 * (1 + abs(by - ay))


@st.composite
def polygons_apart(draw: st.DrawFn) -> list[list[Point]]:
    """Return polygons of which each is in a field of its own, 100 pixels wide."""
    parts = []
    for field in draw(st.permutations(range(draw(st.integers(1, 5))))):
        inner = st.tuples(st.floats(5, 95), st.floats(5, 95))
        found = draw(st.lists(inner, min_size=3, max_size=7, unique=True))
        parts.append([(100 * field + x, y) for x, y in found])
    return parts


@pytest.mark.slow
@examples(100, few=10)
@given(polygons_apart(), st.lists(st.tuples(st.floats(0, 500), st.floats(0, 100)), min_size=9))
def test_joined_polygons_cover_what_the_parts_do(
    parts: list[list[Point]], points: list[Point]
) -> None:
    joined = joined_polygons(parts)
    sides = [*pairwise([*joined, *joined[:1]])]
    assert {*joined} == {point for part in parts for point in part}
    for x, y in points:
        if all(_is_far(side, x, y) for side in sides):
            assert contains(joined, x, y) == any(contains(part, x, y) for part in parts)


def test_parts_are_joined_where_they_are_nearest() -> None:
    parts = [[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)], [(9.0, 9.0), (3.0, 2.0), (9.0, 2.0)]]
    assert joined_polygons(parts) == [
        *((2.0, 2.0), (0.0, 0.0), (2.0, 0.0), (2.0, 2.0)),
        *((3.0, 2.0), (9.0, 2.0), (9.0, 9.0), (3.0, 2.0)),
    ]


@pytest.mark.parametrize(
    "segmentation",
    [
        "null",
        "[]",
        "[[1, 2, 3, 4]]",
        '{"size": [427, 640], "counts": [0, 273280]}',
        "[[-9, -9, -9, -5, -5, -5]]",
    ],
)
def test_a_box_without_polygons_is_a_segment_of_its_corners(segmentation: str) -> None:
    record = f'{{"segmentation": {segmentation}}}'
    (line,) = labels(box(64, 42.7, 128, 85.4, record), segments=True)
    assert line == "3 0.100000 0.100000 0.300000 0.100000 0.300000 0.300000 0.100000 0.300000"


def test_lines_of_segments_and_boxes() -> None:
    record = '{"segmentation": [[64, 42.7, 128, 42.7, 128, 85.4]]}'
    one = box(64, 42.7, 64, 42.7, record)
    assert labels(one, segments=True) == ["3 0.100000 0.100000 0.200000 0.100000 0.200000 0.200000"]
    assert labels(one) == ["3 0.150000 0.150000 0.100000 0.100000"]


def test_what_is_no_label_is_counted() -> None:
    crowd = box(1, 1, 9, 9)._replace(is_crowd=True)
    image = AnnotatedImage(
        1, "1.jpg", WIDTH, HEIGHT, "1.jpg", None, (crowd, box(-9, 1, 9, 9), box(1, 1, 9, 9))
    )
    found = image_labels(image, segments=False)
    assert (found.boxes, found.crowds, found.empty) == (1, 1, 1)
    assert len(found.text.splitlines()) == 1
