"""What the makers of LVIS and Visual Genome files share: counts at a scale, boxes, odd records."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Category = dict[str, Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ODD_EVERY = 100  # records: nearly every block that is read at once has some


def scaled(count: int, share: float) -> int:
    """Return that share of a count, at least 1."""
    return max(1, round(count * share))


def draw_boxes(rng: np.random.Generator, widths: Ints, heights: Ints) -> list[Floats]:
    """Return x, y, w and h, in pixels from 0, of one box inside each image of the given sizes.

    Seven boxes of ten cover more than 1,024 pixels, and so do 58 % of masks that fill 0.6 of them.
    """
    extents = rng.lognormal(7.8, 1.7, len(widths))
    ratios = rng.lognormal(0, 0.5, len(widths))
    w = np.minimum(np.sqrt(extents * ratios), widths)
    h = np.minimum(np.sqrt(extents / ratios), heights)
    return [rng.random(len(w)) * (widths - w), rng.random(len(h)) * (heights - h), w, h]


def odd_members(members: Sequence[str]) -> Iterator[str]:
    """Yield for each record what it holds beside the usual members: text to put before its end.

    That is nothing, but for every hundredth record, which has one of the `members` in turn.
    """
    usual = [""] * (ODD_EVERY - 1)
    return itertools.cycle([text for one in members for text in (*usual, f", {one}")])
