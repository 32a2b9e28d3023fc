"""The part of `Index` that draws samples and keeps them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import reading, transaction, writing
from ovmr_index.errors import Problem
from ovmr_index.index.base import IndexBase
from ovmr_index.samples import sampler as sampling
from ovmr_index.samples import saved
from ovmr_index.samples.draw_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryPicks, read_picks
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import Provenance, provenance
from ovmr_index.samples.report import DrawReport, ShortCategory
from ovmr_index.samples.sampler import Draw, Drawer, require_enough
from ovmr_index.samples.saved import SavedPick


class Samples(IndexBase):
    """Draws of K exemplars a category."""

    def sample(
        self, options: DrawOptions | None = None, *, name: str | None = None
    ) -> list[CategoryPicks]:
        """Draw K exemplars a category; keep them as a sample if it has a `name`.

        Raises ShortageError where pools are too small and `on_shortage` is `error`, UsageError for
        a name that is taken, or a choice of a dataset or split that is not there,
        MissingSourceError for a choice without LVIS val where that is not there, UnwritableError
        for one without near-duplicates where the index lacks hashes and cannot keep them.
        """
        return self.draw(options, name=name).categories

    def draw(self, options: DrawOptions | None = None, *, name: str | None = None) -> DrawReport:
        """Draw as `sample` does, and tell beside the exemplars where they are short.

        For a draw without near-duplicates the hashes that the drawn pictures lack are computed and
        kept first. Of pictures that cannot be read it is told that they are like no other.
        """
        (report,) = self.draw_each([(options or DrawOptions(), name)])
        return report

    def draw_each(self, draws: Iterable[tuple[DrawOptions, str | None]]) -> Iterator[DrawReport]:
        """Draw as `draw` does by the options and the name of each, one after the other.

        What draws that differ in their seed have in common is made once for them all.
        """
        with self._drawer() as drawer:
            for options, name in draws:
                yield self._draw_and_keep(drawer, options, name)

    def _draw_and_keep(self, drawer: Drawer, options: DrawOptions, name: str | None) -> DrawReport:
        connection = drawer.connection
        with self._drawn(drawer, options) as (vocabulary_id, drawn, unreadable):
            rows = list(stream_rows(connection, drawn_entries()))
            origin = provenance(connection, vocabulary_id, options) if name is not None else None
        if name is not None and origin is not None:
            with transaction(connection, writes=True):
                saved.save(connection, name, drawn, rows, origin)
        categories = [(one.category_id, one.synset) for one in drawn]
        short = sampling.short_of(drawn, options.k)
        return DrawReport(
            read_picks(categories, rows, self.root),
            [ShortCategory(one.category_id, one.synset, one.held) for one in short],
            sampling.named_shortage(short, options.k) if short else "",
            unreadable,
        )

    def samples(self) -> list[saved.SampleSummary]:
        """Return the saved samples by name."""
        with reading(self.engine) as connection:
            return saved.summaries(connection)

    def sample_picks(self, name: str) -> list[SavedPick]:
        """Return what a saved sample holds; raises UsageError without one of that name."""
        with reading(self.engine) as connection:
            return saved.held_picks(connection, name)

    def remove_sample(self, name: str) -> None:
        """Forget a saved sample; raises UsageError without one of that name."""
        with writing(self.engine) as connection:
            saved.remove(connection, name)

    def load_sample(self, name: str) -> list[CategoryPicks]:
        """Return a saved sample as `sample` does.

        Raises UsageError without one of that name, OvmrIndexError if an exemplar of it is gone.
        """
        with reading(self.engine) as connection:
            sample = saved.load(connection, name)
        saved.require_whole(name, sample)
        return read_picks(sample.categories, sample.rows, self.root)

    def gone_picks(self, name: str) -> list[SavedPick]:
        """Return what a saved sample held that the index holds no more; UsageError without one."""
        with reading(self.engine) as connection:
            return saved.load(connection, name).gone

    def sample_origin(self, name: str) -> Provenance:
        """Return how a saved sample was drawn, and from what; UsageError without one."""
        with reading(self.engine) as connection:
            return saved.origin(connection, name)

    @contextmanager
    def _drawer(self) -> Iterator[Drawer]:
        """Open a connection to draw by."""
        with self.engine.connect() as connection:
            yield Drawer(connection)

    @contextmanager
    def _drawn(
        self, drawer: Drawer, options: DrawOptions
    ) -> Iterator[tuple[int, list[Draw], list[Problem]]]:
        """Open a transaction in which the table `drawn` holds a draw from a vocabulary's pools.

        Yields the row of the vocabulary, what was drawn by category id, and what cannot be read.
        A draw without near-duplicates is made again until it tells of no picture more whose hash is
        to be computed; which of these cannot be read is told at last.
        """
        tried: set[int] = set()
        unreadable: list[Problem] = []
        while True:
            vocabulary_id = self._ensure_collated(options.vocabulary)
            with transaction(drawer.connection):
                drawn = drawer.draw(vocabulary_id, options)
                unhashed = drawer.unhashed(options) - tried
                if not unhashed:
                    require_enough(drawn, options)
                    drawn.sort(key=lambda one: one.category_id)
                    yield vocabulary_id, drawn, unreadable
                    return
            unreadable += self._hash_looks(unhashed)
            tried |= unhashed

    def _hash_looks(self, rows: set[int]) -> list[Problem]:
        from ovmr_index.samples.near_duplicates import hash_looks

        return hash_looks(self.engine, self.root, rows, self._progress)
