"""Draw K exemplars of each category from its pool.

Two ways: the published draw of numpy, and a stable one, which SQL makes by itself.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, cycle, groupby, islice
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.curation.marked import find_marked
from ovmr_index.curation.marked_queries import in_marked_category, is_marked
from ovmr_index.db.bulk import Query, insert_rows, recreate, stream_rows
from ovmr_index.db.dialects import packed_double
from ovmr_index.db.models import Category
from ovmr_index.errors import ShortageError, UsageError, Words, command, counted, option, unknown
from ovmr_index.pools.leaks import require_val
from ovmr_index.samples.draw_queries import FirstEntry, first_of_each
from ovmr_index.samples.drawn_queries import DRAWN
from ovmr_index.samples.filter_queries import dataset_names, split_names
from ovmr_index.samples.near_duplicate_queries import first_without_near_duplicates, unhashed
from ovmr_index.samples.near_duplicates import put_first_without_near_duplicates
from ovmr_index.samples.numpy_draw import (
    Pool,
    PoolDraw,
    draw_from_pools,
    pools_of_rows,
    published_order,
    whole_pools,
)
from ovmr_index.samples.numpy_draw_queries import (
    PUBLISHED_ORDER,
    in_published_order,
    packed_pools,
    pool_weights,
)
from ovmr_index.samples.options import MAX_REPEATED, DrawOptions, Filters
from ovmr_index.samples.pinned_queries import pins, with_pins
from ovmr_index.samples.stable_draw import StableDraw, StableKeys
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.partitions import selected_categories

_NAMED = 10
_NOTHING = PoolDraw(0, [])


class CategoryDraw(NamedTuple):
    """What was drawn for a category: positions in its pool, as drawn.

    `held` is how many exemplars could be drawn, counted at least up to K. A category that is not
    `selected` was left out by the partition filter.
    """

    category_pk: int
    category_id: int
    synset: str
    held: int
    positions: list[int]
    selected: bool = True


class Sampler:
    """Draws by one connection, and makes once for all what does not depend on the seed."""

    def __init__(self, connection: Connection, stable: StableKeys | None = None) -> None:
        """Take a connection; each draw needs a transaction, and they may be several.

        `stable` is what gives the keys of a stable draw, for an engine that is not the index's own.
        """
        self.connection = connection
        self._stable = stable or StableDraw(connection)
        self._has_marks = False
        self._pins: dict[int, list[int]] = {}

    def draw(
        self, vocabulary_pk: int, options: DrawOptions, *, only: int | None = None
    ) -> list[CategoryDraw]:
        """Draw for each category of a vocabulary, in its order, into the table `DRAWN` too.

        With `only` draw for this category (pk), what a draw for all of them gives it.

        Raises:
            DamagedError: A weight is what no box has.
            UsageError: A filter names a dataset or split that the index does not hold; or more are
                to be taken again than a sample can hold.
            MissingSourceError: Images of LVIS val are to be left out, and the index lacks it.
        """
        connection = self.connection
        _check_names(connection, options.filters)
        if options.filters.exclude_val:
            require_val(connection)
        self._find_marks(vocabulary_pk, options)
        selected = _selected(connection, options)
        listed = connection.execute(categories(vocabulary_pk)).all()
        if options.on_shortage == "repeat":
            _check_repeated(options.k, len(listed if selected is None else selected))
        from_pools = self._draw_pools(vocabulary_pk, options, only)
        drawn = [
            CategoryDraw(category_pk, key, synset, *from_pools.get(category_pk, _NOTHING))
            if selected is None or category_pk in selected
            else CategoryDraw(category_pk, key, synset, *_NOTHING, selected=False)
            for category_pk, key, synset, _ in listed
            if only in (None, category_pk)
        ]
        picks = (
            (one.category_pk, rank, position)
            for one in drawn
            for rank, position in enumerate(one.positions)
        )
        put_drawn(connection, picks)
        return drawn

    def unhashed(self, options: DrawOptions) -> set[int]:
        """Return the pks of the images last drawn by these options whose hashes it lacked."""
        if not options.filters.no_near_duplicates:
            return set()
        return set(self.connection.execute(unhashed()).scalars())

    def _find_marks(self, vocabulary_pk: int, options: DrawOptions) -> None:
        """Find what is marked of the pools, and what of it is pinned, unless marks are ignored."""
        self._has_marks = not options.ignore_curation and find_marked(
            self.connection, vocabulary_pk
        )
        found = self.connection.execute(pins(options.filters)) if self._has_marks else ()
        by_category = groupby(found, attrgetter("category_pk"))
        self._pins = {pk: [one.position for one in pinned] for pk, pinned in by_category}

    def _draw_pools(
        self, vocabulary_pk: int, options: DrawOptions, only: int | None
    ) -> dict[int, PoolDraw]:
        """Draw from the pool of each category that has one; return what was drawn by its pk."""
        if options.method == "stable":
            keys = self._stable.keys(vocabulary_pk, options, has_marks=self._has_marks, only=only)
            return self._first_of_each(keys, options)
        pools = self._pools(vocabulary_pk, options, only)
        if not options.filters.restrains:
            of_draw = options.k, options.seed, options.on_shortage
            return draw_from_pools(pools, self._pins, *of_draw)
        recreate(self.connection, PUBLISHED_ORDER)
        for pool in published_order(pools, options.seed):
            insert_rows(self.connection, PUBLISHED_ORDER, PUBLISHED_ORDER.c.keys(), pool)
        return self._first_of_each(in_published_order(), options)

    def _pools(self, vocabulary_pk: int, options: DrawOptions, only: int | None) -> Iterator[Pool]:
        """Yield what numpy's draw may take of each category, by the order of these."""
        drawn = [] if only is None else [Category.c.pk == only]
        among = [*drawn, ~is_marked()] if self._has_marks else drawn
        whole: Iterator[Pool] = iter(())
        if options.filters == Filters():
            marked = in_marked_category(Category.c.pk)
            others = [*drawn, ~marked] if self._has_marks else drawn
            packed = packed_pools(vocabulary_pk, options.weight, *others)
            rows = stream_rows(self.connection, packed)
            whole = whole_pools(rows, packed_double(self.connection))
            if not self._has_marks:
                return whole
            among = [*among, marked]
        weights = pool_weights(vocabulary_pk, options.weight, options.filters, *among)
        return chain(whole, pools_of_rows(stream_rows(self.connection, weights)))

    def _first_of_each(self, keyed: Query, options: DrawOptions) -> dict[int, PoolDraw]:
        """Draw the first K of each pool, whose entries have these keys."""
        filters, k = options.filters, options.k
        if self._pins:
            keyed = with_pins(keyed, filters)
        if filters.no_near_duplicates:
            put_first_without_near_duplicates(self.connection, keyed, filters, k)
            found = first_without_near_duplicates()
        else:
            found = first_of_each(keyed, filters, k)
        entries = map(FirstEntry._make, stream_rows(self.connection, found))
        return {
            category_pk: _filled(list(first), self._pins.get(category_pk, []), options)
            for category_pk, first in groupby(entries, attrgetter("category_pk"))
        }


def put_drawn(connection: Connection, picks: Iterable[tuple[int, int, int]]) -> None:
    """Put what was drawn into `DRAWN`: category_pk, rank, position in the pool."""
    recreate(connection, DRAWN)
    insert_rows(connection, DRAWN, ("category_pk", "rank", "position"), picks)


def require_enough(drawn: Iterable[CategoryDraw], options: DrawOptions) -> None:
    """Raise ShortageError, which names them, where categories are short that must not be."""
    if options.on_shortage == "error" and (short := short_of(drawn, options.k)):
        other = "take-all" if Words.shell else "'take-all'"
        remedy = f"give {option('on_shortage', 'repeat')} or {other}, or a smaller {_k()}"
        raise ShortageError(f"{describe_shortage(short, options.k)}; {remedy}")


def short_of(drawn: Iterable[CategoryDraw], k: int) -> list[CategoryDraw]:
    """Return the categories of which fewer than `k` exemplars can be drawn."""
    return [one for one in drawn if one.selected and one.held < k]


def describe_shortage(short: list[CategoryDraw], k: int) -> str:
    """Return a line that names the categories of which too few can be drawn."""
    named = ", ".join(f"{one.synset} ({one.held})" for one in short[:_NAMED])
    more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
    have = "category has" if len(short) == 1 else "categories have"
    return f"{len(short)} {have} fewer than {k} exemplars: {named}{more}"


def _selected(connection: Connection, options: DrawOptions) -> set[int] | None:
    """Return the pks of the categories that the partition filter selects, None for all."""
    if options.partition_filter is None:
        return None
    selected = selected_categories(connection, options.vocabulary, options.partition_filter)
    return set(connection.execute(selected).scalars())


def _filled(first: list[FirstEntry], pinned: list[int], options: DrawOptions) -> PoolDraw:
    """Return what is drawn of a pool, of which these are the first K entries.

    Where they are short, `repeat` begins again with the first that is not `pinned`, and the
    `take-all` of numpy's draw keeps the order of the pool after what is.
    """
    drawable = [entry.position for entry in first if not entry.weightless]
    held = len(drawable)
    if held == options.k:
        return PoolDraw(held, drawable)
    if options.on_shortage == "repeat":
        again = drawable[len(pinned) :] or drawable
        more = islice(cycle(again), max(0, options.k - held))
        return PoolDraw(held, [*drawable, *more])
    everything = [entry.position for entry in first]
    if options.method == "numpy":
        place = {position: rank - len(pinned) for rank, position in enumerate(pinned)}
        everything.sort(key=lambda position: (place.get(position, 0), position))
    return PoolDraw(held, everything)


def _k(value: int | None = None) -> str:
    return option("k", value, flag="-K")


def _check_repeated(k: int, categories: int) -> None:
    """Raise UsageError where so many would be taken again that nothing could hold them."""
    if k * categories > MAX_REPEATED:
        raise UsageError(
            f"{_k()} is {k} for {counted(categories, 'category', 'categories')}: with"
            f" {option('on_shortage', 'repeat')} a sample has at most"
            f" {MAX_REPEATED:,} exemplars; give {_k(max(1, MAX_REPEATED // categories))} or less"
        )


def _check_names(connection: Connection, filters: Filters) -> None:
    """Raise UsageError for the name of a dataset or split that the index does not hold."""
    asked = (
        ("dataset", {*filters.datasets, *filters.at_least_one}, dataset_names()),
        ("split", set(filters.splits), split_names()),
    )
    for kind, names, query in asked:
        known = connection.execute(query).scalars().all() if names else []
        if missing := sorted(names.difference(known)):
            raise unknown(kind, missing[0], known, see=f"see {command('status')}")
