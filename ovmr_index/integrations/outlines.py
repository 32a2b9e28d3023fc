"""Masks as the path of an SVG, in pixels of their image."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ovmr_index.integrations.masks import polygons
from ovmr_index.integrations.run_lengths import run_counts

_MOST_PARTS = 20_000  # of a path: a browser draws these at once


class Outline(NamedTuple):
    """A mask as the `d` of an SVG's `path`, empty where there is none to draw, and why not."""

    path: str
    note: str = ""


class _Part(NamedTuple):
    """An upright rectangle of a mask: columns from `x` on, each of the rows from `y` on."""

    x: int
    y: int
    w: int
    h: int


def outline(segmentation: Any) -> Outline:
    """Return the mask of an annotation as an outline, or as the rectangles that fill it.

    Args:
        segmentation: Polygons, which are lists of x, y in pixels, or run lengths, packed or not;
            None for a box without a mask.
    """
    if isinstance(segmentation, dict):
        return _of_runs(segmentation)
    try:
        drawn = [_ring(one) for one in polygons(segmentation)]
    except (TypeError, ValueError):
        return Outline("", "Its mask is no list of x, y in pixels.")
    return Outline(" ".join(drawn))


def _ring(polygon: Sequence[float]) -> str:
    numbers = [f"{float(one):g}" for one in polygon]
    points = (f"{x} {y}" for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    return f"M{'L'.join(points)}Z"


def _of_runs(mask: dict[str, Any]) -> Outline:
    try:
        height, counts = run_counts(mask)
    except ValueError as error:
        return Outline("", f"Its mask cannot be drawn: {error}.")
    parts: list[_Part] = []
    for part in _parts(counts, height):
        if parts and _continues(parts[-1], part):
            parts[-1] = parts[-1]._replace(w=parts[-1].w + part.w)
        else:
            parts.append(part)
        if len(parts) > _MOST_PARTS:
            return Outline("", "Its mask has too many parts to be drawn.")
    return Outline("".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in parts))


def _continues(part: _Part, following: _Part) -> bool:
    return part.x + part.w == following.x and (part.y, part.h) == (following.y, following.h)


def _parts(counts: Iterable[int], height: int) -> Iterable[_Part]:
    """Yield the rectangles of run lengths, which go down one column after another."""
    start = 0
    for number, count in enumerate(counts):
        left = count if number % 2 else 0
        at, start = start, start + count
        while left:
            x, y = divmod(at, height)
            whole = left // height if y == 0 else 0
            w, h = (whole, height) if whole else (1, min(left, height - y))
            yield _Part(x, y, w, h)
            at, left = at + w * h, left - w * h
