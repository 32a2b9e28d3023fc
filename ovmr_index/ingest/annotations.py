"""Annotation sources to tables: header, categories, images and regions, in this order."""

from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from ovmr_index.db.models import Folder, Image, Source
from ovmr_index.errors import RecordError, option
from ovmr_index.formats import lenient
from ovmr_index.formats.records import CategoryRecord, RecordKeys
from ovmr_index.formats.stream import AnnotationStream, KnownBlocks
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.annotated_images import ImageLoad, double_error, nul_error
from ovmr_index.ingest.frequencies import frequency_notes
from ovmr_index.ingest.label_changes import LabelChanges
from ovmr_index.ingest.regions import RegionLoad
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.unknown_synsets import unknown_synsets
from ovmr_index.processes import collector_paused
from ovmr_index.progress import Progress
from ovmr_index.vocabularies.broader_categories import store_broader
from ovmr_index.vocabularies.categories import store_categories
from ovmr_index.vocabularies.category_synsets import CategorySynsets


class AnnotationLoad:
    """One ingest of one annotation source, within the transaction of `connection`.

    After `run`, `blocks` are what was read, `moved` counts regions that have another place in the
    file and are the same, `labels` what others show, and `exemplars_gone` the exemplars of
    categories that have another name. What is left out is put into the stream's problems.
    """

    def __init__(
        self, connection: Connection, source_pk: int, spec: SourceSpec, stream: AnnotationStream
    ) -> None:
        """Load nothing yet; `stream` is open."""
        self._connection, self._source_pk = connection, source_pk
        self._spec, self._stream = spec, stream
        self._first_image: Path | None = None
        self._unclear = RecordKeys(set(), set())
        self._has_emptied = False  # maybe: images took the place of others, or were left out
        self._category_synsets = CategorySynsets(
            connection,
            spec.options.synsets,
            by_name=spec.options.by_name,
            classes=spec.options.classes,
        )
        self.blocks = KnownBlocks()
        self.moved = self.exemplars_gone = 0
        self.labels = LabelChanges()

    def run(self, progress: Progress) -> Counts:
        """Bring the source's rows to what its files say; return what changed."""
        with collector_paused():
            return self._run(progress)

    def _run(self, progress: Progress) -> Counts:
        header = update(Source).where(Source.c.pk == self._source_pk)
        self._connection.execute(header.values(header=self._stream.header))
        categories = self._load_categories()
        images = self._load_images(categories)
        self._unclear.categories.update(self._stream.left_out.categories & categories.keys())
        refers_to = (categories, images, self._unclear)
        load = RegionLoad(self._connection, self._source_pk, self._spec, *refers_to)
        counts = load.run(self._stream, progress)
        self.moved, self.labels = load.moved, load.labels
        if not self._stream.problems:  # these would be lost where a block is not read again
            self.blocks = KnownBlocks(self._stream.images_fingerprint, tuple(load.blocks))
        if self._has_emptied:
            self._remove_empty_folders()
        return counts

    def notes(self) -> list[str]:
        """Return what is good to know of the categories' synsets, and of where images are."""
        form = find_format(self._spec.format)
        notes = self._category_synsets.notes()
        notes += frequency_notes(self._stream.categories, have_all=form.has_frequencies)
        if not self._stream.categories:
            notes += unknown_synsets(self._connection, self._source_pk)
        if self._first_image is not None and form.has_path_options:
            file = self._spec.images / self._first_image
            if not file.exists():
                options = f"{option('strip')} and {option('below')}"
                notes.append(f"the first image is not there: {file}; see {options}")
        return notes

    def _load_categories(self) -> dict[int, int]:
        """Store the categories; return their row numbers by id."""
        records: dict[int, CategoryRecord] = {}
        for position, record in enumerate(self._stream.categories):
            at = (self._stream, "categories", position, record.key)
            if lenient.has_nul(*record[1:4]):
                self._leave_out(nul_error(*at))
                self._stream.left_out.categories.add(record.key)
            elif record.key in records:
                self._leave_out(double_error(*at))
                if record.record != records[record.key].record:
                    self._unclear.categories.add(record.key)
            else:
                records[record.key] = record
        found = [*records.values()]
        labelled = [*zip(found, self._category_synsets.of_all(found), strict=True)]
        store_broader(self._connection, labelled)
        of = (self._connection, self._source_pk, self._spec.name)
        pks, self.exemplars_gone = store_categories(*of, labelled)
        return pks

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self._spec.options.skips:
            raise error
        self._stream.problems.append(error.as_issue())

    def _load_images(self, categories: dict[int, int]) -> dict[int, int]:
        """Store the images, unless they are the same; return their row numbers by id."""
        load = ImageLoad(self._connection, self._source_pk, self._spec, categories)
        if self._stream.same_images:
            for _ in self._stream.images():
                pass
            return load.known
        found = load.run(self._stream)
        self._unclear.images.update(load.unclear)
        self._has_emptied = bool(load.known or self._stream.problems)
        self._first_image = load.first
        return found

    def _remove_empty_folders(self) -> None:
        used = select(Image.c.folder_pk).where(
            Image.c.source_pk == self._source_pk, Image.c.key.is_not(None)
        )
        mine = delete(Folder).where(Folder.c.source_pk == self._source_pk)
        self._connection.execute(mine.where(Folder.c.pk.not_in(used)))
