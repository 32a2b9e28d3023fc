"""Masks as run lengths, by pycocotools, which lvis-api has too.

What its C code would read beyond the end of, or fill the memory with, is refused before.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

RunLengths = dict[str, Any]

_FARTHEST = 100_000  # pixels; C code draws the outline of a polygon point by point
_ZERO, _LAST = 48, 111  # the first and the last sign of packed counts: 6 bits each
_MORE, _SIGN, _BITS = 0x20, 0x10, 5
_POINTS = 6  # numbers of the smallest polygon


def run_lengths(mask: Any, height: int, width: int) -> RunLengths:
    """Return the run lengths of a mask, packed as pycocotools packs them.

    Args:
        mask: Polygons, which are lists of x, y in pixels, or run lengths, packed or not. A polygon
            of fewer than three points covers nothing.
        height: That of the image in pixels.
        width: As `height`.

    Raises:
        ValueError: It is none of these, or the mask of an image of another size.
    """
    if isinstance(mask, list):
        return _of_polygons(mask, height, width)
    if not isinstance(mask, dict) or not {"size", "counts"} <= mask.keys():
        raise ValueError("has no mask of polygons or run lengths")
    if mask["size"] != [height, width]:
        raise ValueError(f"the mask's size is {mask['size']}, the image's {[height, width]}")
    counts = mask["counts"]
    if isinstance(counts, str):
        _require_whole(_unpacked(counts.encode()), height, width)
        return {"size": [height, width], "counts": counts.encode()}
    if not isinstance(counts, list) or not all(type(one) is int for one in counts):
        raise ValueError("the counts of the mask are no run lengths")
    _require_whole(np.array(counts or [0], np.float64), height, width)
    from pycocotools import mask as mask_utils

    found: RunLengths = mask_utils.frPyObjects(mask, height, width)
    return found


def run_counts(mask: Any) -> tuple[int, list[int]]:
    """Return the height of a mask of run lengths, and its runs: of nothing first, then in turn.

    A run goes down the columns, from the left one on. Raises ValueError as `run_lengths`.
    """
    match mask:
        case {"size": [int(height), int(width)], "counts": _}:
            packed = run_lengths(mask, height, width)
        case _:
            raise ValueError("it is no mask of run lengths")
    return height, [int(one) for one in _unpacked(packed["counts"])]


def area_of(mask: RunLengths) -> float:
    """Return how many pixels a mask covers."""
    from pycocotools import mask as mask_utils

    return float(mask_utils.area(mask))


def _of_polygons(mask: list[Any], height: int, width: int) -> RunLengths:
    from pycocotools import mask as mask_utils

    try:
        polygons = [np.array(one, np.float64) for one in mask]
    except (TypeError, ValueError):
        raise ValueError("a polygon is no list of numbers") from None
    if any(one.ndim != 1 or len(one) % 2 or _is_far(one) for one in polygons):
        raise ValueError("a polygon is no list of x, y in pixels")
    drawn = [one.tolist() for one in polygons if len(one) >= _POINTS]
    if not drawn:
        drawn = [[0.0] * _POINTS]
    found: RunLengths = mask_utils.merge(mask_utils.frPyObjects(drawn, height, width))
    return found


def _is_far(polygon: npt.NDArray[np.float64]) -> bool:
    return not bool((np.abs(polygon) <= _FARTHEST).all())


def _require_whole(counts: npt.NDArray[np.float64], height: int, width: int) -> None:
    if (counts < 0).any() or counts.sum() != height * width:
        raise ValueError(f"the runs of the mask do not cover {height} x {width} pixels")


def _unpacked(text: bytes) -> npt.NDArray[np.float64]:
    """Return run lengths out of COCO's packed form, whose numbers have 5 bits a sign.

    From the fourth on a number is the difference from the last but one.
    """
    signs = np.frombuffer(text, np.uint8).astype(np.int64)
    if not len(signs) or signs.min() < _ZERO or signs.max() > _LAST:
        raise ValueError("the counts of the mask are no packed run lengths")
    signs -= _ZERO
    is_last = (signs & _MORE) == 0
    if not is_last[-1]:
        raise ValueError("the counts of the mask are cut off")
    starts = np.concatenate(([0], np.flatnonzero(is_last)[:-1] + 1))
    digits = np.arange(len(signs)) - np.repeat(starts, np.diff(starts, append=len(signs)))
    if digits.max() * _BITS >= 60:
        raise ValueError("the counts of the mask are too large")
    values = np.add.reduceat((signs & 0x1F) << (_BITS * digits), starts)
    is_negative = (signs[is_last] & _SIGN) != 0
    values -= is_negative * (np.int64(1) << (_BITS * (digits[is_last] + 1)))
    counts = values.astype(np.float64)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return counts
