"""Draw K exemplars of each category from its pool.

Two ways: the published draw of numpy, and a stable one, which SQL makes by itself.
"""

from collections.abc import Iterable
from itertools import cycle, groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, Row, insert_rows, recreate, stream_rows
from ovmr_index.db.engine import data_version
from ovmr_index.errors import ShortageError, unknown
from ovmr_index.pools.leaks import require_val
from ovmr_index.samples.draw_queries import (
    DRAWABLE,
    DRAWN,
    ORDERED,
    first_of_each,
    given_order,
    put_drawable,
    stable_keys,
    weights,
)
from ovmr_index.samples.filter_queries import dataset_names, split_names
from ovmr_index.samples.near_duplicate_queries import first_without_near_duplicates, unhashed
from ovmr_index.samples.near_duplicates import put_first_without_near_duplicates
from ovmr_index.samples.numpy_draw import Picked, draw_from_pools, published_order
from ovmr_index.samples.options import DrawOptions, Filters
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.partitions import selected_categories

_NAMED = 10


class CategoryDraw(NamedTuple):
    """What was drawn for a category: positions in its pool, as drawn.

    `held` is how many exemplars could be drawn, counted at least up to K. A category that is not
    `wanted` was left out by the options.
    """

    category_pk: int
    category_id: int
    synset: str
    held: int
    positions: list[int]
    wanted: bool = True


class Sampler:
    """Draws by one connection, which makes once for all what does not depend on the seed."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection; each draw needs a transaction, and they may be several."""
        self.connection = connection
        self._drawable: tuple[Any, ...] | None = None

    def draw(self, vocabulary_pk: int, options: DrawOptions) -> list[CategoryDraw]:
        """Draw for each category of a vocabulary, in its order, into the table `drawn` too.

        Raises UsageError where the choice names an unknown dataset or split, MissingSourceError
        where it leaves LVIS val out and the index does not hold that.
        """
        connection = self.connection
        _check_names(connection, options.choice)
        if options.choice.exclude_val:
            require_val(connection)
        chosen = self._drawn_pools(vocabulary_pk, options)
        wanted = _wanted(connection, options)
        drawn = [
            CategoryDraw(row, key, synset, *chosen.get(row, (0, [])))
            if wanted is None or row in wanted
            else CategoryDraw(row, key, synset, 0, [], wanted=False)
            for row, key, synset, _ in connection.execute(categories(vocabulary_pk))
        ]
        put_drawn(connection, drawn)
        return drawn

    def unhashed(self, options: DrawOptions) -> set[int]:
        """Return the rows of the pictures last drawn by these options whose hashes it lacked."""
        if not options.choice.no_near_duplicates:
            return set()
        return set(self.connection.execute(unhashed()).scalars())

    def _drawn_pools(self, vocabulary_pk: int, options: DrawOptions) -> dict[int, Picked]:
        """Draw from the pool of each category row that has one."""
        connection, choice, seed = self.connection, options.choice, options.seed
        if options.method == "stable":
            self._make_drawable(vocabulary_pk, options)
            return _first_of_each(connection, stable_keys(DRAWABLE, seed), options)
        rows = stream_rows(connection, weights(vocabulary_pk, options.weight, choice))
        if not choice.restrains:
            return draw_from_pools(rows, options.k, seed, options.on_shortage)
        recreate(connection, ORDERED)
        for pool in published_order(rows, seed):
            insert_rows(connection, ORDERED, ("category_pk", "position", "rank"), pool)
        return _first_of_each(connection, given_order(), options)

    def _make_drawable(self, vocabulary_pk: int, options: DrawOptions) -> None:
        """Fill the table `drawable`, unless it holds this of the index as it is now."""
        by = vocabulary_pk, options.weight, options.choice
        made = (data_version(self.connection), *by)
        if made != self._drawable:
            recreate(self.connection, DRAWABLE)
            self.connection.execute(put_drawable(*by))
            self._drawable = made


def put_drawn(connection: Connection, drawn: list[CategoryDraw]) -> None:
    """Put what was drawn into the temporary table `drawn`, for queries to join."""
    recreate(connection, DRAWN)
    rows = [
        (one.category_pk, rank, position)
        for one in drawn
        for rank, position in enumerate(one.positions)
    ]
    insert_rows(connection, DRAWN, ("category_pk", "rank", "position"), rows)


def require_enough(drawn: Iterable[CategoryDraw], options: DrawOptions) -> None:
    """Raise ShortageError, which names them, where categories are short that must not be."""
    if options.on_shortage == "error" and (short := short_of(drawn, options.k)):
        remedy = "give --on-shortage repeat or take-all, or a smaller -K"
        raise ShortageError(f"{named_shortage(short, options.k)}; {remedy}")


def short_of(drawn: Iterable[CategoryDraw], k: int) -> list[CategoryDraw]:
    """Return the categories of which fewer than `k` exemplars can be drawn."""
    return [one for one in drawn if one.wanted and one.held < k]


def named_shortage(short: list[CategoryDraw], k: int) -> str:
    """Return a line that names the categories of which too few can be drawn."""
    named = ", ".join(f"{one.synset} ({one.held})" for one in short[:_NAMED])
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    return f"{len(short)} categories have fewer than {k} exemplars: {named}{more}"


def _wanted(connection: Connection, options: DrawOptions) -> set[int] | None:
    """Return the rows of the categories that the options leave, None for all."""
    if options.part is None:
        return None
    rows = selected_categories(connection, options.vocabulary, options.part)
    return set(connection.execute(rows).scalars())


def _first_of_each(connection: Connection, keyed: Query, options: DrawOptions) -> dict[int, Picked]:
    choice, k = options.choice, options.k
    if choice.no_near_duplicates:
        put_first_without_near_duplicates(connection, keyed, choice, k)
        found = first_without_near_duplicates()
    else:
        found = first_of_each(keyed, choice, k)
    rows = stream_rows(connection, found)
    return {
        category: _filled([tuple(row[1:]) for row in first], options)
        for category, first in groupby(rows, itemgetter(0))
    }


def _filled(first: list[Row], options: DrawOptions) -> Picked:
    """Return how many can be drawn, and the positions of those that are.

    `first` are the (position, weightless) of up to K exemplars in their order. Where they are
    short, `repeat` begins again with the first, and numpy's own `take-all` keeps the pool's order.
    """
    drawable = [position for position, weightless in first if not weightless]
    held = len(drawable)
    if held == options.k:
        return held, drawable
    if options.on_shortage == "repeat":
        return held, list(islice(cycle(drawable), options.k))
    everything = [position for position, _ in first]
    return held, sorted(everything) if options.method == "numpy" else everything


def _check_names(connection: Connection, choice: Filters) -> None:
    """Raise UsageError for the name of a dataset or split that the index does not hold."""
    asked = (
        ("dataset", {*choice.datasets, *choice.at_least_one}, dataset_names()),
        ("split", set(choice.splits), split_names()),
    )
    for kind, names, query in asked:
        known = connection.execute(query).scalars().all() if names else []
        if missing := sorted(names.difference(known)):
            raise unknown(kind, missing[0], known, see="see `ovmr-index status`")
