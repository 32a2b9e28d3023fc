"""Numbers as people read them."""

import math


def rounded(number: float) -> float:
    """Return a number without the noise of its last digits: 15 digits count.

    `1419.7032000000002` is 1419.7032.
    """
    return float(f"{number:.15g}") if math.isfinite(number) else number
