"""The part of `Index` that reads datasets."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, reading, rolling_back, writing
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.stream import Child
from ovmr_index.formats.table import annotation_reader
from ovmr_index.index.base import IndexBase
from ovmr_index.ingest.remove import remove
from ovmr_index.ingest.report import IngestReport, Removal
from ovmr_index.ingest.run import ingest_place, reading_ahead
from ovmr_index.ingest.source_state import kept_places, known_places
from ovmr_index.ingest.sources import (
    NO_OPTIONS,
    Place,
    SourceOptions,
    coco_place,
    find_lvis,
    find_sources,
    folder_place,
    imagenet_folder,
    imagenet_place,
    lvis_places,
    plugin_place,
    usual_lvis,
    visual_genome_folder,
    visual_genome_place,
)
from ovmr_index.vocabularies.synsets import load_wordnet


class Ingesting(IndexBase):
    """Datasets into the index."""

    def lvis_places(
        self, files: Sequence[Path] = (), split: str | None = None
    ) -> tuple[list[Place], list[str]]:
        """Return what `ingest` takes for LVIS files, and the paths where nothing was found.

        Without `files` the usual ones are meant. Raises UsageError for a file whose name tells no
        split where none is given, and for two files of one split.
        """
        if files:
            return lvis_places(self.root, files, split), []
        if split is not None:
            return [usual_lvis(self.root, split)], []
        found, missing = find_lvis(self.root)
        if not found:
            raise MissingSourceError(f"there is no LVIS file; looked for {', '.join(missing)}")
        return found, missing

    def imagenet_place(self, folder: Path | None = None, layout: str | None = None) -> Place:
        """Return what `ingest` takes for ImageNet: a folder or a tar, the usual one if not given.

        `layout` is one of `21k-p`, `1k`, `flat`, `tars`, `tar-of-tars`; it is told by looking if it
        is not given.
        """
        return imagenet_place(folder or imagenet_folder(self.root), layout)

    def visual_genome_place(self, folder: Path | None = None) -> Place:
        """Return what `ingest` takes for Visual Genome; the usual folder if none is given."""
        return visual_genome_place(folder or visual_genome_folder(self.root))

    def coco_place(
        self,
        file: Path,
        name: str,
        images: Path,
        split: str | None = None,
        options: SourceOptions = NO_OPTIONS,
    ) -> Place:
        """Return what `ingest` takes for a file in COCO's format of the dataset `name`.

        `images` is the folder that all pictures of the dataset lie below; files of several splits
        are several sources. Raises UsageError for a name that stands for something else.
        """
        return coco_place(file, name, images, split, options)

    def plugin_place(
        self, format_name: str, file: Path, name: str, images: Path, split: str | None = None
    ) -> Place:
        """Return what `ingest` takes for a file in the format of another package.

        Raises UsageError for a format that no package has, and as `coco_place` does.
        """
        annotation_reader(format_name)
        return plugin_place(format_name, file, name, images, split)

    def folder_place(self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS) -> Place:
        """Return what `ingest` takes for a folder a class, the dataset and vocabulary `name`.

        Raises UsageError for a name that stands for something else.
        """
        return folder_place(folder, name, options)

    def ingest(
        self, places: Sequence[Place] | None = None, *, dry_run: bool = False
    ) -> IngestReport:
        """Bring the index to what the files say: everything below the root, or `places`.

        Below the root is what has a usual path there, and what was given a name before, wherever
        it lies. Each source is one transaction. A dry run does all the work and undoes it: the
        index stays as it was, or is not made. Raises RecordError for a file or record that is
        wrong; then that source is as it was, and those before it are in.
        """
        missing: list[str] = []
        if places is None:
            places, missing = self._known_places()
            if not places:
                raise MissingSourceError(
                    f"{self.root}: holds no dataset; looked for {', '.join(missing)}"
                )
        report = IngestReport(missing=missing)
        with self._ahead(places) as child, self._written(dry_run) as engine:
            for place in places:
                first = child if place is places[0] else None
                done = ingest_place(engine, place, self.root, self._progress, first)
                report.sources.append(done)
        return report

    def remove(self, name: str, *, dry_run: bool = False) -> Removal:
        """Take a dataset, or one source of it, out of the index; its files stay.

        Saved samples keep what they held. A dry run undoes the work. Raises UsageError for a name
        that the index does not hold.
        """
        engine = rolling_back(self.engine) if dry_run else self.engine
        with writing(engine, bulk=True) as connection:
            return remove(connection, name)

    def _ahead(self, places: Sequence[Place]) -> AbstractContextManager[Child | None]:
        """Read the first source while a new index is made, which takes half a second."""
        return nullcontext() if self.path.exists() or not places else reading_ahead(places[0])

    @contextmanager
    def _written(self, dry_run: bool) -> Iterator[Engine]:
        """Return an engine to write with, on an index that is made if it is not there."""
        if self.path.exists():
            yield rolling_back(self.engine) if dry_run else self.engine
        elif dry_run:
            with TemporaryDirectory(prefix="ovmr-index-") as folder:
                path = Path(folder) / self.path.name
                schema.create(path, load_wordnet)
                yield rolling_back(open_engine(path))
        else:
            schema.create(self.path, load_wordnet)
            yield self.engine

    def _known_places(self) -> tuple[list[Place], list[str]]:
        """Return the sources at usual paths and those that were given a name; and what is gone."""
        found, missing = find_sources(self.root)
        if self.path.exists():
            with reading(self.engine) as connection:
                kept = kept_places(connection, self.root)
            return known_places(self.root, found, missing, kept)
        return found, missing
