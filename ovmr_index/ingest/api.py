"""The face of datasets and their sources in `Index`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.lvis_files import LVIS_PAGE
from ovmr_index.formats.stream import Subprocess
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.imagenet_api import ImageNetSources
from ovmr_index.ingest.near_files import with_seen
from ovmr_index.ingest.on_error import with_on_error
from ovmr_index.ingest.parquet_api import ParquetSources
from ovmr_index.ingest.reading_shares import require_whole
from ovmr_index.ingest.remove import remove
from ovmr_index.ingest.report import IngestReport, Removal, VanishedError
from ovmr_index.ingest.run import ingest_source, read_ahead
from ovmr_index.ingest.run_queries import last_runs
from ovmr_index.ingest.sources import (
    NO_OPTIONS,
    OnError,
    SourceOptions,
    SourceSpec,
    coco_source,
    find_lvis,
    find_sources,
    folder_source,
    known_specs,
    lvis_sources,
    plugin_source,
    usual_lvis,
    visual_genome_folder,
    visual_genome_source,
    with_links,
)
from ovmr_index.ingest.split_sources import SplitSources
from ovmr_index.ingest.stale import forget_times
from ovmr_index.ingest.stored_sources import source_names, stored_specs, written
from ovmr_index.ingest.vanishing import behind_dead_links
from ovmr_index.ingest.written_index import written_index

if TYPE_CHECKING:
    from ovmr_index.ingest.verify import Depth, VerifyReport


@naming_arguments
class Sources(ImageNetSources, SplitSources, ParquetSources):
    """Datasets, and what to read of them: `index.sources`.

    `lvis`, `imagenet`, `visual_genome`, `coco`, `openimages`, `yolo`, `voc`, `folder`,
    `webdataset`, `huggingface` and `plugin` say what to read, `ingest` reads it:

    >>> index.sources.ingest([index.sources.imagenet(Path("/data/imagenet21k_P"))])
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Name the index and its sources."""
        if not self._session.exists:
            return f"<Sources of {self._session.name}: not there yet>"
        with self._session.read() as connection:
            names = ", ".join(source_names(connection))
        return f"<Sources of {self._session.name}: {names or 'none'}>"

    def lvis(
        self, files: Sequence[Path] = (), split: str | None = None, *, follow_links: bool = False
    ) -> tuple[list[SourceSpec], list[str]]:
        """Return the sources of LVIS files, and the paths where nothing was found.

        Args:
            files: Annotation files; without any those at the usual paths.
            split: `train` or `val`, where a file's name does not say it.
            follow_links: Take images that are links out of the dataset too.

        Raises:
            UsageError: A file's split is not known, or two files are of one split.
            MissingSourceError: There is no file at the usual paths.
        """
        missing: list[str] = []
        if files:
            found = lvis_sources(self._session.root, files, split)
        elif split is not None:
            found = [usual_lvis(self._session.root, split)]
        else:
            found, missing = find_lvis(self._session.root)
        if not found:
            looked = ", ".join(missing)
            raise MissingSourceError(f"there is no LVIS file; looked for {looked}; see {LVIS_PAGE}")
        return [with_links(one, follow_links=follow_links) for one in found], missing

    def visual_genome(
        self, folder: Path | None = None, *, follow_links: bool = False
    ) -> SourceSpec:
        """Return the source of a Visual Genome folder, the usual one if none is given.

        With `follow_links` images may be links out of it.
        """
        found = visual_genome_source(folder or visual_genome_folder(self._session.root))
        return with_links(found, follow_links=follow_links)

    def coco(
        self,
        file: Path,
        name: str,
        images: Path,
        split: str | None = None,
        options: SourceOptions = NO_OPTIONS,
    ) -> SourceSpec:
        """Return the source of a file in COCO's format.

        Args:
            file: The annotation file.
            name: The name of the dataset.
            images: The folder that all images of the dataset are below.
            split: The split of the file; files of several splits are several sources.
            options: How to read the file.

        Raises:
            UsageError: The name stands for something else, or an option has no meaning.
        """
        return coco_source(file, name, images, split, options)

    def plugin(
        self,
        format_name: str,
        file: Path,
        name: str,
        images: Path,
        split: str | None = None,
        *,
        follow_links: bool = False,
    ) -> SourceSpec:
        """Return the source of a file in the format of another package.

        With `follow_links` images may be links out of their folder; the other arguments are those
        of `coco`. Raises UsageError for a format that no package has, and as `coco` does.
        """
        find_format(format_name)
        found = plugin_source(format_name, file, name, images, split)
        return with_links(found, follow_links=follow_links)

    def folder(self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS) -> SourceSpec:
        """Return the source of a folder of class folders.

        Args:
            folder: Where the class folders are.
            name: The name of the dataset, and of the vocabulary of its classes.
            options: How to read the folder.

        Raises:
            UsageError: The name stands for something else.
        """
        return folder_source(folder, name, options)

    def webdataset(
        self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS
    ) -> SourceSpec:
        """Return the source of a folder of WebDataset shards, as `folder` of class folders."""
        return folder_source(folder, name, options, "webdataset")

    def huggingface(
        self, folder: Path, name: str, options: SourceOptions = NO_OPTIONS
    ) -> SourceSpec:
        """Return the source of a folder of Parquet files of images, as `folder` of class folders.

        To read them takes the extra `parquet`.
        """
        return folder_source(folder, name, options, "huggingface")

    def ingest(
        self,
        sources: Sequence[SourceSpec] | None = None,
        *,
        dry_run: bool = False,
        allow_vanished: bool = False,
        rehash: bool = False,
        on_error: OnError | None = None,
    ) -> IngestReport:
        """Bring the index to what the files say; each source is one transaction.

        Args:
            sources: What to read. If not given, everything below the root that has a usual path,
                and what was read before, wherever it is.
            dry_run: Do all the work and roll it back: the index stays as it was, or is not made.
            allow_vanished: Let most of a source vanish, where its files are gone for good.
            rehash: Trust no time of a file, and nothing that the index holds of it: read
                annotation files again, whole, list folders and read tars again, and forget sizes
                and hashes of images, which their next use reads again.
            on_error: What a record of an annotation file that cannot be read does: `abort` changes
                nothing, `skip` leaves it out and keeps its reason. A source that was read before is
                read as it was then if it is not given.

        Raises:
            UsageError: `on_error` is neither, a shard is asked for what it cannot do alone, or
                others have begun to read another number of shards.
            RecordError: A file or record is wrong. Its source is as it was, those before it are in.
            MissingSourceError: There is nothing to read below the root.
            VanishedError: More than half of what a source held, and more than 100 records or files,
                would vanish. That source is as it was; the others were read, as its `report` says.
        """
        missing: list[str] = []
        refusals: list[str] = []
        if sources is None:
            sources, missing = self._known_sources()
            if not allow_vanished:
                refusals += behind_dead_links(self._session, missing)
            if not sources and not refusals:
                root = self._session.root
                looked = ", ".join(with_seen(root, path) for path in missing)
                raise MissingSourceError(f"{root}: holds no dataset; looked for {looked}")
        sources = [with_on_error(spec, on_error) for spec in sources]
        require_whole(sources, dry_run=dry_run, rehash=rehash)
        report = IngestReport(missing=missing)
        with (
            self._ahead(sources) as child,
            written_index(self._session, dry_run=dry_run) as session,
        ):
            for spec in sources:
                first = child if spec is sources[0] else None
                if rehash:
                    with session.write(of=written(spec.name)) as connection:
                        forget_times(connection, spec.name)
                options = {"allow_vanished": allow_vanished, "again": rehash}
                try:
                    report.sources.append(ingest_source(session, spec, first, **options))
                except VanishedError as error:
                    refusals.append(str(error))
        if refusals:
            raise VanishedError("; ".join(refusals), report)
        return report

    def rm(self, name: str, *, dry_run: bool = False) -> Removal:
        """Take a dataset, or one source of it, out of the index; its files stay.

        Saved samples keep what they held.

        Args:
            name: The name of the dataset or source.
            dry_run: Do all the work and roll it back.

        Raises:
            UsageError: The index holds no such name.
        """
        session = self._session.rolling_back() if dry_run else self._session
        with session.write(bulk=True) as connection:
            return remove(connection, name)

    def last_read(self) -> dict[str, str]:
        """Return when (UTC, ISO) each source was read last, by its name."""
        with self._session.read() as connection:
            return dict(connection.execute(last_runs()).all())

    def verify(self, depth: "Depth" = "headers") -> "VerifyReport":
        """Find files that are missing, unreadable or changed, and what is odd in the others.

        Args:
            depth: `names` lists folders and compares annotation files, but opens no image;
                `headers` also reads the header of each image, `decode` all of it.
        """
        from ovmr_index.ingest.verify import verify  # it needs Pillow

        return verify(self._session, depth)

    def _ahead(self, sources: Sequence[SourceSpec]) -> AbstractContextManager[Subprocess | None]:
        """Read the first source while a new index is made, which takes half a second."""
        return nullcontext() if self._session.exists or not sources else read_ahead(sources[0])

    def _known_sources(self) -> tuple[list[SourceSpec], list[str]]:
        """Return the sources at usual paths and those that were read before; and what is gone."""
        found, missing = find_sources(self._session.root)
        if self._session.exists:
            with self._session.read() as connection:
                stored = stored_specs(connection, self._session.root)
            return known_specs(self._session.root, found, missing, stored)
        return found, missing
