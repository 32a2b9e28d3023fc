"""The face of samples in `Index`."""

import builtins
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Unpack

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.pools.collate import collated, ensure_collated
from ovmr_index.samples import saved
from ovmr_index.samples.category_draw import DrawForCategory, draw_for_category
from ovmr_index.samples.draw import drawn, open_sampler
from ovmr_index.samples.draw_fields import DrawFields, draw_options
from ovmr_index.samples.drawn_queries import drawn_entries
from ovmr_index.samples.exemplars import CategoryExemplars, read_exemplars
from ovmr_index.samples.import_report import ImportReport, import_report
from ovmr_index.samples.match import match, read_listed
from ovmr_index.samples.match_queries import matched_picks
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.provenance import imported_provenance
from ovmr_index.samples.report import DrawReport, ShortCategory
from ovmr_index.samples.sample_diff import SampleDiff, compare_samples
from ovmr_index.samples.sampler import Sampler, describe_shortage, short_of
from ovmr_index.samples.saved import SavedSample
from ovmr_index.samples.saved_queries import SampleSummary
from ovmr_index.samples.sheet import SampleSheet, read_sheet
from ovmr_index.samples.sheet_queries import HoldingSample, samples_with
from ovmr_index.samples.side_by_side import SideBySide, side_by_side
from ovmr_index.samples.stale import stale_notes
from ovmr_index.shown.records import Records
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.stored_vocabularies import find_category, find_vocabulary


@naming_arguments
class Samples:
    """Draws of K exemplars a category: `index.samples`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Name the saved samples."""
        names = [one.name for one in self.list()] if self._session.exists else []
        return f"<Samples: {', '.join(names) or 'none saved'}>"

    def draw(
        self,
        options: DrawOptions | None = None,
        *,
        name: str | None = None,
        **fields: Unpack[DrawFields],
    ) -> DrawReport:
        """Draw K exemplars a category; save them as a sample if it has a `name`.

        A sample of that name may be there already if it is this very draw. For a draw without
        near-duplicates the hashes that the drawn images lack are computed and stored first. An
        image that cannot be read is near no other, and is reported.

        Args:
            options: What to draw, and from which pools; the published draw if None.
            name: What to call the sample, such as `options.made_name()`.
            **fields: In the place of `options`: any fields of `DrawOptions` and `Filters`.

        Raises:
            ShortageError: Pools are too small and `on_shortage` is `error`.
            UsageError: The sample of that name is another draw, a filter names a dataset or split
                that is not there, or `options` and keywords are given or a keyword is no option.
            MissingSourceError: Images of LVIS val are to be left out, and the index lacks it.
            UnwritableError: Hashes are needed, and the index cannot keep them.
        """
        (report,) = self.draw_each([(draw_options(options, fields), name)])
        return report

    def draw_each(self, draws: Iterable[tuple[DrawOptions, str | None]]) -> Iterator[DrawReport]:
        """Draw by the options and the name of each, one after the other, as `draw` does.

        What draws that differ in their seed have in common is made once for them all.
        """
        with open_sampler(self._session) as sampler:
            for options, name in draws:
                yield self._draw_and_save(sampler, options, name)

    def draw_category(
        self, category: str | int, options: DrawOptions | None = None
    ) -> DrawForCategory:
        """Draw for one category alone; it gets what `draw` gives it, and nothing is saved.

        Args:
            category: Its id, name or synset.
            options: What to draw, and for which vocabulary; the published draw if None.

        Raises:
            UsageError: The vocabulary has no such category, or a filter names a dataset or split
                that is not there.
        """
        options = options or DrawOptions()
        with collated(self._session, options.vocabulary) as (connection, vocabulary_pk):
            category_pk = find_category(connection, vocabulary_pk, category)
            root = self._session.root
            return draw_for_category(connection, root, vocabulary_pk, category_pk, options)

    def list(self) -> list[SampleSummary]:
        """Return the saved samples by name."""
        with self._session.read() as connection:
            return Records(saved.summaries(connection))

    def show(self, name: str) -> SavedSample:
        """Return where a saved sample comes from, what it held, and what of that is missing now.

        Raises:
            UsageError: There is no sample of that name.
        """
        with self._session.read() as connection:
            return saved.show(connection, name)

    def stale(self, name: str) -> builtins.list[str]:
        """Return what has changed since a sample was saved, a line each: category ids, sources.

        Raises:
            UsageError: There is no sample of that name.
        """
        with self._session.read() as connection:
            return stale_notes(connection, name, saved.find_sample(connection, name))

    def diff(self, a: str, b: str) -> SampleDiff:
        """Return which exemplars only one of two saved samples holds.

        Categories are compared by their names and synsets, boxes by their ids and numbers.

        Raises:
            UsageError: There is no sample of one of the names.
        """
        with self._session.read() as connection:
            return compare_samples(saved.compared(connection, a), saved.compared(connection, b))

    def by_category(self, name: str) -> SampleSheet:
        """Return a saved sample by category, with what it held that is not in the index any more.

        Raises:
            UsageError: There is no sample of that name.
        """
        with self._session.read() as connection:
            return read_sheet(connection, name)

    def side_by_side(self, a: str, b: str) -> SideBySide:
        """Return two saved samples by category, with what only one of them holds.

        Raises:
            UsageError: There is no sample of one of the names.
        """
        with self._session.read() as connection:
            return side_by_side(connection, a, b)

    def holding(
        self,
        category_id: int,
        source: str,
        file_name: str,
        *,
        region_id: int | None = None,
        vocabulary: str = LVIS_TRAIN,
    ) -> builtins.list[HoldingSample]:
        """Return the saved samples that hold an exemplar, by name.

        Args:
            category_id: The id of its category.
            source: The name of its source, such as `lvis_v1_train`.
            file_name: The path of its image below the dataset's root.
            region_id: The source's id of its box, None for a whole image.
            vocabulary: Whose category.
        """
        query = samples_with(vocabulary, category_id, source, file_name, region_id)
        with self._session.read() as connection:
            return [HoldingSample._make(row) for row in connection.execute(query)]

    def rm(self, name: str) -> None:
        """Delete a saved sample.

        Raises:
            UsageError: There is no sample of that name.
        """
        with self._session.write() as connection:
            saved.remove(connection, name)

    def load(self, name: str) -> Sequence[CategoryExemplars]:
        """Return the exemplars of a saved sample by category, as `draw` does.

        Raises:
            UsageError: There is no sample of that name.
            OvmrIndexError: An exemplar of it is not in the index any more.
        """
        with self._session.read() as connection:
            sample = saved.load(connection, name)
        saved.require_complete(name, sample)
        return read_exemplars(sample.categories, sample.rows, self._session.root)

    def import_file(
        self,
        file: str | Path,
        name: str,
        *,
        vocabulary: str = LVIS_TRAIN,
        replace_missing: bool = False,
        allow_missing: bool = False,
    ) -> ImportReport:
        """Find the exemplars of a sample's file in the index, and save them under `name`.

        Where a box or another member differs, the index's is saved, and the report says so. Nothing
        is saved while exemplars are missing.

        Args:
            file: A file as `export sample` writes it.
            name: What to call the sample.
            vocabulary: The vocabulary that the file was made for.
            replace_missing: Draw a substitute for each exemplar that is missing, by the stable
                draw.
            allow_missing: Save the rest, whatever is missing.

        Raises:
            RecordError: The file is another kind of file, or one of other categories.
            UsageError: The name is taken.
        """
        file = Path(file)
        with self._session.read() as connection:
            vocabulary_pk = find_vocabulary(connection, vocabulary)
        if replace_missing:
            vocabulary_pk = ensure_collated(self._session, vocabulary)
        with self._session.write() as connection:
            listed = read_listed(connection, vocabulary_pk, file)
            problems, notes = match(connection, vocabulary_pk, listed, replace=replace_missing)
            report = import_report(
                name, vocabulary, listed, problems, notes, allow_missing=allow_missing
            )
            if report.saved:
                k = max(len(one.entries) for one in listed)
                origin = imported_provenance(connection, vocabulary_pk, file, report, k=k)
                saved.save(connection, name, vocabulary_pk, origin, matched_picks())
        return report

    def _draw_and_save(
        self, sampler: Sampler, options: DrawOptions, name: str | None
    ) -> DrawReport:
        # To compare a draw with a sample that is there takes no right to write.
        writes = name is not None and not self._is_saved(name)
        with drawn(self._session, sampler, options, writes=writes) as draw:
            named = [(one.category_id, one.synset) for one in draw.categories]
            rows = stream_rows(sampler.connection, drawn_entries())
            sample = read_exemplars(named, rows, self._session.root)
            before = None
            if name is not None:
                before = saved.save_draw(sampler.connection, name, draw, options, sample)
        short = short_of(draw.categories, options.k)
        return DrawReport(
            sample,
            [ShortCategory(one.category_id, one.synset, one.held) for one in short],
            describe_shortage(short, options.k) if short else "",
            draw.unreadable,
            before,
        )

    def _is_saved(self, name: str) -> bool:
        check_name("sample", name)
        with self._session.read() as connection:
            return saved.is_saved(connection, name)
