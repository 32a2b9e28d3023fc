"""The published draw: numpy's generator, started anew with the same seed for each category.

It chooses by weight, as the preparation scripts of MM-OVOD and OVMR do.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ovmr_index.db.bulk import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

Picked = tuple[int, list[int]]


def draw_from_pools(rows: Iterable[Row], k: int, seed: int, on_shortage: str) -> dict[int, Picked]:
    """Draw from each pool; return how many could be drawn and the positions of those that are.

    `rows` are (category row, position, weight), ordered by category.
    """
    drawn = {}
    for category, pool in groupby(rows, itemgetter(0)):
        entries = list(pool)
        held, picked = draw_published([entry[2] for entry in entries], k, seed, on_shortage)
        drawn[category] = held, [entries[i][1] for i in picked]
    return drawn


def published_order(rows: Iterable[Row], seed: int) -> Iterator[list[Row]]:
    """Yield (category row, position, rank) of the rows of each pool, which is drawn as a whole.

    An exemplar of no weight has no rank.
    """
    for category, pool in groupby(rows, itemgetter(0)):
        entries = list(pool)
        weights = [entry[2] for entry in entries]
        held = sum(weight > 0 for weight in weights)
        drawn = draw_published(weights, held, seed, "error")[1] if held else []
        ranks = {place: rank for rank, place in enumerate(drawn)}
        yield [(category, entry[1], ranks.get(i)) for i, entry in enumerate(entries)]


def draw_published(weights: Sequence[float], k: int, seed: int, on_shortage: str) -> Picked:
    """Return how many of a pool can be drawn, and the positions of `k` that are.

    The weights are summed from left to right, as the published scripts do; Python 3.12's own sum
    is more exact, and so gives other bits.
    """
    import numpy as np

    values = _at_least_nothing(weights)
    held = int(np.count_nonzero(values))
    replace = held < k
    if replace and on_shortage == "take-all":
        return held, list(range(len(weights)))[:k]
    if replace and (held == 0 or on_shortage == "error"):
        return held, []
    generator = np.random.default_rng(seed)
    chances = values / np.cumsum(values)[-1]
    picked = generator.choice(len(weights), size=k, p=chances, replace=replace)
    return held, [int(position) for position in picked]


def _at_least_nothing(weights: Sequence[float]) -> "NDArray[Any]":
    """Return the weights as doubles; a box with one negative side has none."""
    import numpy as np

    return np.maximum(np.array(weights, dtype=np.float64), 0.0)
