"""Bars that show counts by dataset: their parts in hundredths of the longest."""

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple


class Part(NamedTuple):
    """A part of a bar: whose it is, and from where on and how long it is, out of 100."""

    dataset: str
    start: float
    length: float


def bar_parts(by_dataset: Mapping[str, int], largest: int) -> list[Part]:
    """Return the parts of a bar, whose length is as the square root of the total.

    Pools hold from two exemplars to thousands: a length as the total itself would hide the small.
    `largest` is the total that has the whole length.
    """
    total = sum(by_dataset.values())
    unit = 100 * sqrt(total / largest) / total if total else 0.0
    parts, start = list[Part](), 0.0
    for dataset, count in by_dataset.items():
        if count:
            parts.append(Part(dataset, round(start, 2), round(count * unit, 2)))
            start += count * unit
    return parts
