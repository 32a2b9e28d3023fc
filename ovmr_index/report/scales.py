"""Scales of plots: from numbers to lengths, with ticks at round numbers."""

import math
from dataclasses import dataclass

_ROUND = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class LinearScale:
    """From 0 to `top` on a length.

    Attributes:
        top: The largest number that has a place.
        step: How far ticks are apart.
        length: The length of it all, in the units of a drawing.
    """

    top: int
    step: int
    length: float

    @classmethod
    def up_to(cls, most: float, length: float, ticks: int = 4) -> "LinearScale":
        """Return a scale for numbers up to `most` that ends at a tick, of about so many.

        Ticks are whole numbers.
        """
        rough = max(most / ticks, 1)
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * one for one in _ROUND if power * one >= rough)
        return cls(max(1, math.ceil(most / step)) * step, step, length)

    def at(self, value: float) -> float:
        """Return how far from the beginning a number is."""
        return value / self.top * self.length

    def ticks(self) -> range:
        """Return the numbers that have ticks."""
        return range(0, self.top + 1, self.step)


@dataclass(frozen=True, slots=True)
class LogScale:
    """From 1 to `top`, a power of 10, on a length above `zero`, where 0 has its place."""

    top: int
    length: float
    zero: float

    @classmethod
    def up_to(cls, most: int, length: float, zero: float) -> "LogScale":
        """Return a scale for whole numbers up to `most`."""
        return cls(10 ** max(1, math.ceil(math.log10(max(most, 1)))), length, zero)

    def at(self, value: int) -> float:
        """Return how far from the beginning a whole number is."""
        if value < 1:
            return 0
        part = math.log10(value) / math.log10(self.top)
        return self.zero + part * (self.length - self.zero)

    def ticks(self) -> list[int]:
        """Return the numbers that have ticks: 0, and the powers of 10."""
        return [0, *(10**power for power in range(round(math.log10(self.top)) + 1))]
