"""The face of datasets and their sources in `Index`."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from ovmr_index.db import schema
from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.stream import Subprocess
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.remove import remove
from ovmr_index.ingest.report import IngestReport, Removal
from ovmr_index.ingest.run import ingest_source, read_ahead
from ovmr_index.ingest.source_state import known_specs, stored_specs
from ovmr_index.ingest.sources import (
    NO_OPTIONS,
    SourceOptions,
    SourceSpec,
    coco_source,
    find_lvis,
    find_sources,
    folder_source,
    imagenet_folder,
    imagenet_source,
    lvis_sources,
    plugin_source,
    usual_lvis,
    visual_genome_folder,
    visual_genome_source,
)
from ovmr_index.ingest.stored_sources import source_names
from ovmr_index.ingest.verify import Depth, VerifyReport, verify
from ovmr_index.vocabularies.synsets import load_wordnet


class Sources:
    """Datasets, and what to read of them: `index.sources`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Name the index and its sources."""
        if not self._session.exists:
            return f"<Sources of {self._session.path}: not there yet>"
        with self._session.read() as connection:
            names = ", ".join(source_names(connection))
        return f"<Sources of {self._session.path}: {names or 'none'}>"

    def lvis(
        self, files: Sequence[Path] = (), split: str | None = None
    ) -> tuple[list[SourceSpec], list[str]]:
        """Return what `ingest` takes for LVIS files, and the paths where nothing was found.

        Without `files` the usual ones are meant. Raises UsageError for a file whose name tells no
        split where none is given, and for two files of one split.
        """
        if files:
            return lvis_sources(self._session.root, files, split), []
        if split is not None:
            return [usual_lvis(self._session.root, split)], []
        found, missing = find_lvis(self._session.root)
        if not found:
            raise MissingSourceError(f"there is no LVIS file; looked for {', '.join(missing)}")
        return found, missing

    def imagenet(self, folder: Path | None = None, layout: str | None = None) -> SourceSpec:
        """Return what `ingest` takes for ImageNet: a folder or a tar, the usual one if not given.

        `layout` is one of `21k-p`, `1k`, `flat`, `tars`, `tar-of-tars`; it is told by looking if it
        is not given.
        """
        return imagenet_source(folder or imagenet_folder(self._session.root), layout)

    def visual_genome(self, folder: Path | None = None) -> SourceSpec:
        """Return what `ingest` takes for Visual Genome; the usual folder if none is given."""
        return visual_genome_source(folder or visual_genome_folder(self._session.root))

    def coco(
        self,
        file: Path,
        name: str,
        images: Path,
        split: str | None = None,
        options: SourceOptions = NO_OPTIONS,
    ) -> SourceSpec:
        """Return what `ingest` takes for a file in COCO's format of the dataset `name`.

        `images` is the folder that all pictures of the dataset lie below; files of several splits
        are several sources. Raises UsageError for a name that stands for something else.
        """
        return coco_source(file, name, images, split, options)

    def plugin(
        self, format_name: str, file: Path, name: str, images: Path, split: str | None = None
    ) -> SourceSpec:
        """Return what `ingest` takes for a file in the format of another package.

        Raises UsageError for a format that no package has, and as `coco_source` does.
        """
        find_format(format_name)
        return plugin_source(format_name, file, name, images, split)

    def folder(self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS) -> SourceSpec:
        """Return what `ingest` takes for a folder a class, the dataset and vocabulary `name`.

        Raises UsageError for a name that stands for something else.
        """
        return folder_source(folder, name, options)

    def ingest(
        self, places: Sequence[SourceSpec] | None = None, *, dry_run: bool = False
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
                    f"{self._session.root}: holds no dataset; looked for {', '.join(missing)}"
                )
        report = IngestReport(missing=missing)
        with self._ahead(places) as child, self._written(dry_run) as session:
            for place in places:
                first = child if place is places[0] else None
                done = ingest_source(session, place, first)
                report.sources.append(done)
        return report

    def rm(self, name: str, *, dry_run: bool = False) -> Removal:
        """Take a dataset, or one source of it, out of the index; its files stay.

        Saved samples keep what they held. A dry run undoes the work. Raises UsageError for a name
        that the index does not hold.
        """
        session = self._session.rolling_back() if dry_run else self._session
        with session.write(bulk=True) as connection:
            return remove(connection, name)

    def _ahead(self, places: Sequence[SourceSpec]) -> AbstractContextManager[Subprocess | None]:
        """Read the first source while a new index is made, which takes half a second."""
        return nullcontext() if self._session.exists or not places else read_ahead(places[0])

    @contextmanager
    def _written(self, dry_run: bool) -> Iterator[Session]:
        """Return a session to write with, on an index that is made if it is not there."""
        if self._session.exists:
            yield self._session.rolling_back() if dry_run else self._session
        elif dry_run:
            with TemporaryDirectory(prefix="ovmr-index-") as folder:
                path = Path(folder) / self._session.path.name
                schema.create(path, load_wordnet)
                yield Session(self._session.root, path, self._session.progress).rolling_back()
        else:
            schema.create(self._session.path, load_wordnet)
            yield self._session

    def _known_places(self) -> tuple[list[SourceSpec], list[str]]:
        """Return the sources at usual paths and those that were given a name; and what is gone."""
        found, missing = find_sources(self._session.root)
        if self._session.exists:
            with self._session.read() as connection:
                kept = stored_specs(connection, self._session.root)
            return known_specs(self._session.root, found, missing, kept)
        return found, missing

    def verify(self, depth: Depth = "headers") -> VerifyReport:
        """Find files that are missing, unreadable or changed, and what is odd in the others.

        With depth `names` folders are listed and annotation files read, no image is opened;
        `headers` reads the header of each image, `decode` all of it.
        """
        return verify(self._session, depth)
