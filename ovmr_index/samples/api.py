"""The face of samples in `Index`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import transaction
from ovmr_index.db.session import Session
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples import match, saved
from ovmr_index.samples import sampler as sampling
from ovmr_index.samples.draw import drawn, open_sampler
from ovmr_index.samples.draw_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryExemplars, read_exemplars
from ovmr_index.samples.match import ImportReport
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import Provenance, provenance
from ovmr_index.samples.report import DrawReport, ShortCategory
from ovmr_index.samples.sample_file import read_sample
from ovmr_index.samples.sampler import Sampler
from ovmr_index.samples.saved import SavedPick
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


class Samples:
    """Draws of K exemplars a category: `index.samples`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def draw(self, options: DrawOptions | None = None, *, name: str | None = None) -> DrawReport:
        """Draw K exemplars a category; keep them as a sample if it has a `name`.

        For a draw without near-duplicates the hashes that the drawn images lack are computed and
        kept first. An image that cannot be read is near no other, and is reported.

        Raises:
            ShortageError: Pools are too small and `on_shortage` is `error`.
            UsageError: The name is taken, or a filter names a dataset or split that is not there.
            MissingSourceError: Images of LVIS val are to be left out, and the index lacks it.
            UnwritableError: Hashes are needed, and the index cannot keep them.
        """
        (report,) = self.draw_each([(options or DrawOptions(), name)])
        return report

    def draw_each(self, draws: Iterable[tuple[DrawOptions, str | None]]) -> Iterator[DrawReport]:
        """Draw as `draw` does by the options and the name of each, one after the other.

        What draws that differ in their seed have in common is made once for them all.
        """
        with open_sampler(self._session) as sampler:
            for options, name in draws:
                yield self._draw_and_keep(sampler, options, name)

    def list(self) -> list[saved.SampleSummary]:
        """Return the saved samples by name."""
        with self._session.read() as connection:
            return saved.summaries(connection)

    def picks(self, name: str) -> Sequence[SavedPick]:
        """Return what a saved sample holds; raises UsageError without one of that name."""
        with self._session.read() as connection:
            return saved.held_picks(connection, name)

    def rm(self, name: str) -> None:
        """Forget a saved sample; raises UsageError without one of that name."""
        with self._session.write() as connection:
            saved.remove(connection, name)

    def load(self, name: str) -> Sequence[CategoryExemplars]:
        """Return a saved sample as `draw` does.

        Raises UsageError without one of that name, OvmrIndexError if an exemplar of it is gone.
        """
        with self._session.read() as connection:
            sample = saved.load(connection, name)
        saved.require_complete(name, sample)
        return read_exemplars(sample.categories, sample.rows, self._session.root)

    def missing(self, name: str) -> Sequence[SavedPick]:
        """Return what a saved sample held that the index holds no more; UsageError without one."""
        with self._session.read() as connection:
            return saved.load(connection, name).gone

    def origin(self, name: str) -> Provenance:
        """Return how a saved sample was drawn, and from what; UsageError without one."""
        with self._session.read() as connection:
            return saved.origin(connection, name)

    def import_file(
        self,
        file: str | Path,
        name: str,
        *,
        vocabulary: str = LVIS_TRAIN,
        replace_missing: bool = False,
        allow_missing: bool = False,
    ) -> ImportReport:
        """Find the exemplars of a sample's file in the index, and keep them under `name`.

        The file is as `export sample` writes it, for the categories of `vocabulary`. Of a box that
        differs the index's is kept. With `replace_missing` the stable draw gives a substitute for
        each exemplar that is missing. While some are missing nothing is kept, or with
        `allow_missing` the rest.

        Raises:
            RecordError: The file is another kind of file.
            UsageError: The name is taken.
        """
        file = Path(file)
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
        if replace_missing:
            vocabulary_pk = ensure_collated(self._session, vocabulary)
        with self._session.read() as connection:
            wanted = match.category_list(connection, vocabulary_pk)
            lists = read_sample(file, [one.category_id for one in wanted])
            found = match.match(
                connection, vocabulary_pk, wanted, lists, replace_missing=replace_missing
            )
            report = match.report(name, vocabulary, lists, found, allow_missing)
            origin = match.origin(connection, vocabulary_pk, file, lists, report)
        if report.saved:
            with self._session.write() as connection:
                saved.save(connection, name, wanted, found.rows, origin)
        return report

    def _draw_and_keep(
        self, sampler: Sampler, options: DrawOptions, name: str | None
    ) -> DrawReport:
        connection = sampler.connection
        with drawn(self._session, sampler, options) as (vocabulary_pk, categories, unreadable):
            rows = list(stream_rows(connection, drawn_entries()))
            origin = provenance(connection, vocabulary_pk, options) if name is not None else None
        if name is not None and origin is not None:
            with transaction(connection, writes=True):
                saved.save(connection, name, categories, rows, origin)
        named = [(one.category_id, one.synset) for one in categories]
        short = sampling.short_of(categories, options.k)
        return DrawReport(
            read_exemplars(named, rows, self._session.root),
            [ShortCategory(one.category_id, one.synset, one.held) for one in short],
            sampling.named_shortage(short, options.k) if short else "",
            unreadable,
        )
