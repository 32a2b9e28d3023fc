"""The published draw: numpy's generator, which starts again with the same seed for each category.

It chooses by weight, as the preparation scripts of MM-OVOD and OVMR do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from ovmr_index.db.bulk import Row
from ovmr_index.errors import DamagedError, command
from ovmr_index.formats.records import LARGEST_WEIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

_by_category = itemgetter(0)  # the first column of the rows below


def no_weight() -> DamagedError:
    """Return the error for a weight that no box has."""
    return DamagedError(
        f"the index is damaged: pool_entries.weight holds what no box has; run {command('collate')}"
    )


class PoolDraw(NamedTuple):
    """What was drawn from a pool: how many could be drawn, and the positions of those that were."""

    held: int
    positions: list[int]


class Pool(NamedTuple):
    """What may be drawn of a category: positions in its pool, and the weight of each."""

    category_pk: int
    positions: Sequence[int]
    weights: "Sequence[float] | NDArray[Any]"


def pools_of_rows(rows: Iterable[Row]) -> Iterator[Pool]:
    """Yield the pools of rows (category_pk, position, weight), which are ordered by category."""
    for category_pk, pool in groupby(rows, _by_category):
        _, positions, weights = zip(*pool, strict=True)
        yield Pool(category_pk, positions, weights)


def whole_pools(packed: Iterable[Row], double: str) -> Iterator[Pool]:
    """Yield the pools of `PackedPool`s, all of whose entries may be drawn.

    `double` is how a weight is packed: `dialects.packed_double`.

    Raises DamagedError for a pool that lacks entries.
    """
    import numpy as np

    for category_pk, last, packed_weights in packed:
        if packed_weights is not None:
            weights = np.frombuffer(packed_weights, double)
            if len(weights) != last + 1:
                raise DamagedError(
                    "the index is damaged: pool_entries.position has gaps; run"
                    f" {command('collate')}"
                )
            yield Pool(category_pk, range(len(weights)), weights)


def draw_from_pools(
    pools: Iterable[Pool], pins: Mapping[int, list[int]], k: int, seed: int, on_shortage: str
) -> dict[int, PoolDraw]:
    """Draw from each pool what its pins leave of K; return what was drawn by category_pk.

    `pins` are the positions that come first in a category. They are in no pool.
    """
    drawn = {}
    for category_pk, positions, weights in pools:
        pinned = pins.get(category_pk, [])[:k]
        held, picked = draw_published(weights, k - len(pinned), seed, on_shortage)
        drawn[category_pk] = _after(pinned, held, [positions[i] for i in picked], k, on_shortage)
    for category_pk in pins.keys() - drawn.keys():
        drawn[category_pk] = _after(pins[category_pk][:k], 0, [], k, on_shortage)
    return drawn


def _after(pinned: list[int], held: int, rest: list[int], k: int, on_shortage: str) -> PoolDraw:
    """Return what was drawn of a pool whose pins come first: of the rest `held` could be."""
    is_short = len(pinned) + held < k
    if is_short and on_shortage == "error":
        return PoolDraw(len(pinned) + held, [])
    if is_short and on_shortage == "repeat" and not rest:
        return PoolDraw(len(pinned), list(islice(cycle(pinned), k)))
    return PoolDraw(len(pinned) + held, pinned + rest)


def published_order(pools: Iterable[Pool], seed: int) -> Iterator[list[Row]]:
    """Yield (category_pk, position, rank) of the rows of each pool, which is drawn as a whole.

    An exemplar without weight has no rank.
    """
    for category_pk, positions, weights in pools:
        held = sum(weight > 0 for weight in weights)
        drawn = draw_published(weights, held, seed, "error").positions if held else []
        ranks = {place: rank for rank, place in enumerate(drawn)}
        yield [(category_pk, position, ranks.get(i)) for i, position in enumerate(positions)]


def draw_published(
    weights: "Sequence[float] | NDArray[Any]", k: int, seed: int, on_shortage: str
) -> PoolDraw:
    """Draw `k` of a pool, whose exemplars have these weights.

    The weights are summed from left to right, as the published scripts do: the sum of Python 3.12
    is more exact, and so gives other bits.
    """
    import numpy as np

    values = _at_least_nothing(weights)
    held = int(np.count_nonzero(values))
    if k == 0:
        return PoolDraw(held, [])
    replace = held < k
    if replace and on_shortage == "take-all":
        return PoolDraw(held, list(range(len(weights)))[:k])
    if replace and (held == 0 or on_shortage == "error"):
        return PoolDraw(held, [])
    generator = np.random.default_rng(seed)
    chances = values / np.cumsum(values)[-1]
    picked = generator.choice(len(weights), size=k, p=chances, replace=replace)
    return PoolDraw(held, [int(position) for position in picked])


def _at_least_nothing(weights: "Sequence[float] | NDArray[Any]") -> "NDArray[Any]":
    """Return the weights as doubles; a box with one negative side has none.

    Raises DamagedError for one that no box has.
    """
    import numpy as np

    values = np.array(weights, dtype=np.float64)
    if not np.abs(values).max(initial=0.0) <= LARGEST_WEIGHT:
        raise no_weight()
    return np.maximum(values, 0.0)
