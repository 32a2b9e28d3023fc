"""What a draw gives one category, without drawing for the others."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.pool_view import ViewedExemplar, read_viewed
from ovmr_index.samples.pool_view_queries import drawn_of
from ovmr_index.samples.sampler import Sampler


class DrawForCategory(NamedTuple):
    """What a draw gives a category, in the order drawn.

    `held` is how many exemplars could be drawn, counted at least up to K. Where that is less than
    K, and `on_shortage` is `error`, nothing is drawn.
    """

    held: int
    exemplars: list[ViewedExemplar]


def draw_for_category(
    connection: Connection, root: Path, vocabulary_pk: int, category_pk: int, options: DrawOptions
) -> DrawForCategory:
    """Draw for one category from its pool as it is; it gets what `Samples.draw` gives it.

    Args:
        connection: In a transaction; temporary tables are made.
        root: The folder of all datasets.
        vocabulary_pk: Whose category.
        category_pk: The category.
        options: What to draw. Near-duplicates are left out as far as hashes are known.
    """
    (drawn,) = Sampler(connection).draw(vocabulary_pk, options, only=category_pk)
    rows = stream_rows(connection, drawn_of(category_pk))
    return DrawForCategory(drawn.held, read_viewed(rows, root))
