"""How large the boxes of pools are, and of what shape: counted by dataset in classes."""

from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.pools.shape_queries import box_shapes

# Pixels: two classes of sizes to each doubling, where boxes of the published recipe begin.
SIDES = (16, 32, 48, 64, 96, 128, 192, 256, 384, 512)
# Width divided by height: narrow boxes come first, and squares are in the middle.
RATIOS = tuple(
    Fraction(width, height)
    for width, height in ((1, 4), (1, 3), (1, 2), (2, 3), (1, 1), (3, 2), (2, 1), (3, 1), (4, 1))
)


class BoxShapes(NamedTuple):
    """How many boxes of a dataset are in pools, by classes of size and of shape.

    Attributes:
        dataset: The dataset.
        sides: Boxes by the side of a square as large as they are, in pixels: below the first of
            `SIDES`, from that to below the second, and so on, from the last of them on.
        ratios: Boxes by width divided by height, in the same way by `RATIOS`.
    """

    dataset: str
    sides: tuple[int, ...]
    ratios: tuple[int, ...]


def count_box_shapes(connection: Connection, vocabulary_pk: int) -> list[BoxShapes]:
    """Return the shapes of the boxes of a vocabulary's pools, by dataset; none without boxes."""
    counts: dict[str, tuple[list[int], list[int]]] = {}
    query = box_shapes(vocabulary_pk, SIDES, [float(one) for one in RATIOS])
    for dataset, side, ratio, boxes in connection.execute(query):
        empty = [0] * (len(SIDES) + 1), [0] * (len(RATIOS) + 1)
        sides, ratios = counts.setdefault(dataset, empty)
        sides[side] += boxes
        ratios[ratio] += boxes
    return [
        BoxShapes(name, tuple(sides), tuple(ratios)) for name, (sides, ratios) in counts.items()
    ]
