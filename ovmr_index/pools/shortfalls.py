"""Categories with few exemplars, and what is known of why."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.pools.coverage import Coverage, count_exemplars
from ovmr_index.pools.left_out import LeftOut, count_left_out


class Shortfall(NamedTuple):
    """A category with few exemplars: how many by dataset, and its candidates that are none."""

    coverage: Coverage
    left_out: tuple[LeftOut, ...]


def read_shortfalls(connection: Connection, vocabulary_pk: int, under: int) -> list[Shortfall]:
    """Return the categories of a vocabulary with fewer than `under` exemplars, the fewest first."""
    rows = count_left_out(connection, vocabulary_pk, under)
    why = {key: tuple(some) for key, some in groupby(rows, attrgetter("category_id"))}
    found = _short(connection, vocabulary_pk, under)
    return sorted(
        (Shortfall(one, why.get(one.category_id, ())) for one in found),
        key=lambda short: (short.coverage.total, short.coverage.category_id),
    )


def _short(connection: Connection, vocabulary_pk: int, under: int) -> Iterator[Coverage]:
    return (one for one in count_exemplars(connection, vocabulary_pk) if one.total < under)
