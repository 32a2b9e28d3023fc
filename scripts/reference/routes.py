"""Lines between boxes on a grid: right-angled, never through a box, one tree for each target.

Lines to one target join. Those to different targets may cross at a right angle, and never share a
stretch or a corner.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

Point = tuple[int, int]
Edge = tuple[Point, Point]
_STEPS: tuple[Point, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))
_BEND, _CROSSING = 4, 3  # what these cost, in steps


class Box(NamedTuple):
    """A box on the grid: its upper left corner and its size, in cells."""

    x: int
    y: int
    w: int
    h: int

    def points(self) -> Iterator[Point]:
        """Yield what no line may touch: the points of the box, edges included."""
        for x in range(self.x, self.x + self.w + 1):
            for y in range(self.y, self.y + self.h + 1):
                yield x, y

    def ports(self) -> dict[Point, Point]:
        """Return the points beside the box, by which lines leave it, with their direction."""
        rows = range(self.y + 1, self.y + self.h)
        left = {(self.x - 1, y): (-1, 0) for y in rows}
        return left | {(self.x + self.w + 1, y): (1, 0) for y in rows}


class Tree(NamedTuple):
    """The lines to one target: their edges, and where they meet boxes."""

    edges: set[Edge]
    starts: list[Point]
    ends: list[Point]

    def points(self) -> set[Point]:
        """Return the points of all lines."""
        return {point for edge in self.edges for point in edge} | {*self.starts}


class Router:
    """A grid with boxes, and the trees that were drawn on it."""

    def __init__(self, size: Point, boxes: Mapping[str, Box], closed: Iterable[Point] = ()) -> None:
        """Close the points of all boxes, and others that are closed for lines."""
        self._size, self._boxes = size, boxes
        self._closed = {point for box in boxes.values() for point in box.points()} | {*closed}
        self.trees: dict[str, Tree] = defaultdict(lambda: Tree(set(), [], []))

    def connect(self, start: str, target: str) -> None:
        """Draw the cheapest line from a box to a target, or to a line that leads there."""
        tree = self.trees[target]
        path = self._cheapest(start, target, tree)
        if path[-1] not in tree.points():
            tree.ends.append(path[-1])
        tree.starts.append(path[0])
        tree.edges.update(_sorted(a, b) for a, b in pairwise(path))

    def _cheapest(self, start: str, target: str, tree: Tree) -> list[Point]:
        taken = self._taken(tree)
        starts = self._boxes[start].ports()
        goals = {*self._boxes[target].ports(), *tree.points()} - {*taken}
        if start == target:
            starts = dict([*starts.items()][-1:])
            goals = {(next(iter(starts))[0], self._boxes[start].y + 1)}
        queue = [(0, point, way) for point, way in starts.items() if self._is_free(point, taken)]
        before: dict[tuple[Point, Point], tuple[Point, Point] | None] = dict.fromkeys(
            ((point, way) for _, point, way in queue)
        )
        costs = {(point, way): 0 for _, point, way in queue}
        heapq.heapify(queue)
        while queue:
            cost, point, way = heapq.heappop(queue)
            if point in goals:
                return _path(before, (point, way))
            for step, more in self._next(point, way, taken):
                state = ((point[0] + step[0], point[1] + step[1]), step)
                if cost + more < costs.get(state, cost + more + 1):
                    costs[state], before[state] = cost + more, (point, way)
                    heapq.heappush(queue, (cost + more, *state))
        raise ValueError(f"no way from {start} to {target}: leave more room between the boxes")

    def _next(
        self, point: Point, way: Point, taken: dict[Point, Point]
    ) -> Iterator[tuple[Point, int]]:
        """Yield the steps that may be taken from a point, with their cost."""
        for step in _STEPS:
            if step == (-way[0], -way[1]) or (point in taken and step != way):
                continue
            after = point[0] + step[0], point[1] + step[1]
            crosses = after in taken and _is_across(taken[after], step)
            if crosses or self._is_free(after, taken):
                yield step, 1 + (step != way) * _BEND + crosses * _CROSSING

    def _is_free(self, point: Point, taken: dict[Point, Point]) -> bool:
        is_inside = 0 < point[0] < self._size[0] and 0 < point[1] < self._size[1]
        return is_inside and point not in self._closed and point not in taken

    def _taken(self, mine: Tree) -> dict[Point, Point]:
        """Return the points of other trees with their direction; (0, 0) where one bends or ends."""
        ways: dict[Point, list[Point]] = defaultdict(list)
        for tree in self.trees.values():
            if tree is not mine:
                for a, b in tree.edges:
                    ways[a].append((b[0] - a[0], b[1] - a[1]))
                    ways[b].append((b[0] - a[0], b[1] - a[1]))
                for point in (*tree.starts, *tree.ends):
                    ways[point].append((0, 0))
        return {
            point: held[0] if len(held) == 2 and held[0] == held[1] else (0, 0)
            for point, held in ways.items()
        }


def _is_across(way: Point, step: Point) -> bool:
    """Tell whether a step is at a right angle to a straight line."""
    return way != (0, 0) and way[0] * step[0] + way[1] * step[1] == 0


def _sorted(a: Point, b: Point) -> Edge:
    return (a, b) if a < b else (b, a)


def _path(
    before: Mapping[tuple[Point, Point], tuple[Point, Point] | None], last: tuple[Point, Point]
) -> list[Point]:
    """Return the points of a line from its start."""
    state: tuple[Point, Point] | None = last
    points: list[Point] = []
    while state is not None:
        points.append(state[0])
        state = before[state]
    return points[::-1]
