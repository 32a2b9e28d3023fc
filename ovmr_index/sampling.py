"""Draw K exemplars of each category from its pool, and keep what was drawn.

The published draw: numpy's generator, started anew with the same seed for each category, chooses by
weight without replacement, as the preparation scripts of MM-OVOD and OVMR do.
"""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.engine import insert_rows, stream_rows
from ovmr_index.errors import ShortageError, UsageError
from ovmr_index.queries.exemplars import DRAWN, categories, weights
from ovmr_index.records import METHODS, ON_SHORTAGE

MAX_SEED = 2**63 - 1
_NAMED = 10


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """What to draw: `k` exemplars a category, and what to do where there are fewer.

    Raises UsageError for an option that is out of its range.
    """

    k: int = 5
    seed: int = 42
    method: str = "numpy"
    on_shortage: str = "error"

    def __post_init__(self) -> None:
        """Check the options."""
        if self.k < 1:
            raise UsageError(f"-K is {self.k}; give 1 or more")
        if not 0 <= self.seed <= MAX_SEED:
            raise UsageError(f"--seed is {self.seed}; give 0 to {MAX_SEED}")
        if self.method not in METHODS:
            raise UsageError(f"--method is {self.method}; give one of {', '.join(METHODS)}")
        if self.on_shortage not in ON_SHORTAGE:
            choices = ", ".join(ON_SHORTAGE)
            raise UsageError(f"--on-shortage is {self.on_shortage}; give one of {choices}")


class Draw(NamedTuple):
    """What was drawn for a category: positions in its pool of `held` exemplars, as drawn."""

    category_row: int
    category_id: int
    synset: str
    held: int
    positions: list[int]


def draw(connection: Connection, vocabulary_id: int, options: DrawOptions) -> list[Draw]:
    """Draw for each category of a vocabulary, by category id.

    Raises ShortageError, which names the categories, where a pool holds fewer than K and
    `on_shortage` is `error`.
    """
    pools = groupby(stream_rows(connection, weights(vocabulary_id)), itemgetter(0))
    chosen = {row: _choose([weight for _, weight in pool], options) for row, pool in pools}
    drawn = [
        Draw(row, key, synset, *chosen.get(row, (0, [])))
        for row, key, synset, _ in connection.execute(categories(vocabulary_id))
    ]
    short = [one for one in drawn if one.held < options.k]
    if short and options.on_shortage == "error":
        raise _shortage(short, options.k)
    return sorted(drawn, key=lambda one: one.category_id)


def put_drawn(connection: Connection, drawn: list[Draw]) -> None:
    """Put what was drawn into the temporary table `drawn`, for queries to join."""
    DRAWN.drop(connection, checkfirst=True)
    DRAWN.create(connection)
    rows = [
        (one.category_row, rank, position)
        for one in drawn
        for rank, position in enumerate(one.positions)
    ]
    insert_rows(connection, DRAWN, ("category_id", "rank", "position"), rows)


def _choose(pool: list[float], options: DrawOptions) -> tuple[int, list[int]]:
    """Return how many exemplars can be drawn, and the positions of those that are.

    The weights are summed from left to right, as the published scripts do; Python 3.12's own sum
    is more exact, and so gives other bits.
    """
    import numpy as np

    values = np.array(pool, dtype=np.float64)
    held = int(np.count_nonzero(values > 0))
    replace = held < options.k
    if replace and options.on_shortage == "take-all":
        return held, list(range(len(pool)))[: options.k]
    if replace and (held == 0 or options.on_shortage == "error"):
        return held, []
    generator = np.random.default_rng(options.seed)
    chances = values / np.cumsum(values)[-1]
    picked = generator.choice(len(pool), size=options.k, p=chances, replace=replace)
    return held, [int(position) for position in picked]


def _shortage(short: list[Draw], k: int) -> ShortageError:
    named = ", ".join(f"{one.synset} ({one.held})" for one in short[:_NAMED])
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    return ShortageError(
        f"{len(short)} categories have fewer than {k} exemplars: {named}{more};"
        " give --on-shortage repeat or take-all, or a smaller -K"
    )
