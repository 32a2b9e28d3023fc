"""The shapes of the drawn icons as polygons: points in a square of 100 by 100, y downwards."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

Point = tuple[float, float]
Polygon = list[Point]

_GRID = 150  # pixels a side of the mask that an outline is traced on
_TOLERANCE = 0.85  # how far a simplified outline may be from the traced one


def polygons_of(kind: str, numbers: Sequence[float]) -> list[Polygon]:
    """The polygons of one shape of `icons.json`, whose kinds are the keys of the table below."""
    return _KINDS[kind](numbers)


def trace(layers: Sequence[tuple[bool, Polygon]]) -> list[Polygon]:
    """The outer outlines of layers painted (True) or cut out (False) in order; holes are left out.

    The outlines run clockwise as seen, one for each connected part of 1 square unit or more.
    """
    mask = Image.new("1", (_GRID, _GRID))
    pen = ImageDraw.Draw(mask)
    scale = _GRID / 100
    for painted, polygon in layers:
        pen.polygon([(x * scale, y * scale) for x, y in polygon], fill=int(painted))
    loops = (_scaled(loop, 1 / scale) for loop in _loops(_edges(np.asarray(mask))))
    return [_simplified(loop) for loop in loops if signed_area(loop) >= 1]


def signed_area(polygon: Polygon) -> float:
    """Shoelace formula: positive where the polygon runs clockwise as seen (y downwards)."""
    following = polygon[1:] + polygon[:1]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, following, strict=True)) / 2


def _pairs(numbers: Sequence[float]) -> Polygon:
    return list(zip(numbers[0::2], numbers[1::2], strict=True))


def _scaled(polygon: Polygon, scale: float) -> Polygon:
    return [(x * scale, y * scale) for x, y in polygon]


def _along(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Polygon:
    """Points on an ellipse from one angle to another, in degrees clockwise from the right."""
    steps = max(4, round(abs(end - start) / 12))
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def _ellipse(n: Sequence[float]) -> list[Polygon]:
    return [_along(n[0], n[1], n[2], n[3], 0, 360)]


def _pie(n: Sequence[float]) -> list[Polygon]:
    return [[(n[0], n[1]), *_along(n[0], n[1], n[2], n[3], n[4], n[5])]]


def _arc(n: Sequence[float]) -> list[Polygon]:
    half = n[0] / 2
    outer = _along(n[1], n[2], n[3] + half, n[4] + half, n[5], n[6])
    inner = _along(n[1], n[2], n[3] - half, n[4] - half, n[6], n[5])
    return [outer + inner]


def _ring(n: Sequence[float]) -> list[Polygon]:
    return [_along(n[0], n[1], n[2], n[2], 0, 360) + _along(n[0], n[1], n[3], n[3], 360, 0)]


def _box(n: Sequence[float]) -> list[Polygon]:
    x0, y0, x1, y1, r = n
    corners = (
        (x1 - r, y0 + r, 270),
        (x1 - r, y1 - r, 0),
        (x0 + r, y1 - r, 90),
        (x0 + r, y0 + r, 180),
    )
    return [[point for x, y, turn in corners for point in _along(x, y, r, r, turn, turn + 90)]]


def _line(n: Sequence[float]) -> list[Polygon]:
    """A stroke with round joints: a disc at each point and a rectangle between two."""
    half, points = n[0] / 2, _pairs(n[1:])
    discs = [_along(x, y, half, half, 0, 360) for x, y in points]
    return discs + [_stroke(a, b, half) for a, b in pairwise(points)]


def _stroke(a: Point, b: Point, half: float) -> Polygon:
    length = math.dist(a, b)
    dx, dy = (b[1] - a[1]) / length * half, (a[0] - b[0]) / length * half
    return [
        (a[0] + dx, a[1] + dy),
        (b[0] + dx, b[1] + dy),
        (b[0] - dx, b[1] - dy),
        (a[0] - dx, a[1] - dy),
    ]


def _curve(n: Sequence[float]) -> list[Polygon]:
    return [_smooth(_pairs(n))]


def _star(n: Sequence[float]) -> list[Polygon]:
    cx, cy, outer, inner, arms = n
    points = []
    for i in range(2 * round(arms)):
        angle, radius = math.pi * i / arms - math.pi / 2, inner if i % 2 else outer
        points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return [_smooth(points)]


def _smooth(points: Polygon) -> Polygon:
    """A closed Catmull-Rom spline through the points."""
    smooth = []
    for i in range(len(points)):
        around = [points[(i + k) % len(points)] for k in (-1, 0, 1, 2)]
        smooth += [_between(around, step / 5) for step in range(5)]
    return smooth


def _between(p: Polygon, t: float) -> Point:
    weights = (
        -t + 2 * t**2 - t**3,
        2 - 5 * t**2 + 3 * t**3,
        t + 4 * t**2 - 3 * t**3,
        t**3 - t**2,
    )
    x = sum(w * q[0] for w, q in zip(weights, p, strict=True)) / 2
    return x, sum(w * q[1] for w, q in zip(weights, p, strict=True)) / 2


_KINDS: dict[str, Callable[[Sequence[float]], list[Polygon]]] = {
    "ellipse": _ellipse,  # cx, cy, rx, ry
    "pie": _pie,  # cx, cy, rx, ry, start, end: a sector, degrees clockwise from the right
    "arc": _arc,  # width, cx, cy, rx, ry, start, end
    "ring": _ring,  # cx, cy, inner radius, outer radius
    "box": _box,  # x0, y0, x1, y1, radius of the corners
    "line": _line,  # width, x, y, x, y, ...
    "poly": lambda n: [_pairs(n)],  # x, y, x, y, ...
    "curve": _curve,  # x, y, x, y, ...: smooth and closed
    "star": _star,  # cx, cy, outer radius, inner radius, arms
}


def _edges(mask: np.ndarray) -> dict[Point, list[Point]]:
    """The borders of the mask's pixels as steps between grid points, the inside on the right."""
    padded = np.pad(mask, 1)
    edges: dict[Point, list[Point]] = {}
    for dy, dx, start, end in (
        (-1, 0, (0, 0), (1, 0)),
        (0, 1, (1, 0), (1, 1)),
        (1, 0, (1, 1), (0, 1)),
        (0, -1, (0, 1), (0, 0)),
    ):
        beside = np.roll(padded, (-dy, -dx), (0, 1))[1:-1, 1:-1]
        for y, x in np.argwhere(mask & ~beside).tolist():
            edges.setdefault((x + start[0], y + start[1]), []).append((x + end[0], y + end[1]))
    return edges


def _loops(edges: dict[Point, list[Point]]) -> list[Polygon]:
    loops = []
    while edges:
        loop, point = [], next(iter(edges))
        while point in edges:
            loop.append(point)
            ends = edges[point]
            following = ends.pop()
            if not ends:
                del edges[point]
            point = following
        loops.append(loop)
    return loops


def _simplified(loop: Polygon) -> Polygon:
    """Fewer points, none of the others further than the tolerance (Douglas and Peucker 1973)."""
    far = max(range(len(loop)), key=lambda i: math.dist(loop[0], loop[i]))
    return _thinned(loop[: far + 1])[:-1] + _thinned([*loop[far:], loop[0]])[:-1]


def _thinned(path: Polygon) -> Polygon:
    if len(path) < 3:
        return path
    (ax, ay), (bx, by) = path[0], path[-1]
    length = math.hypot(bx - ax, by - ay)
    offsets = [abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length for x, y in path]
    far = max(range(len(path)), key=offsets.__getitem__)
    if offsets[far] <= _TOLERANCE:
        return [path[0], path[-1]]
    return _thinned(path[: far + 1])[:-1] + _thinned(path[far:])
