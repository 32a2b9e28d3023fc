"""The image files that the index knows: each folder is listed once, and what is gone is noted."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ovmr_index.db.bulk import Query, Row, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, os_reason
from ovmr_index.formats.table import format_of
from ovmr_index.images.locations import Location, locate
from ovmr_index.ingest.image_checks import ImageTask
from ovmr_index.ingest.verify_queries import folders as folders_of
from ovmr_index.ingest.verify_queries import image_sources, images_after, images_in_folders
from ovmr_index.storage.listing import names_in
from ovmr_index.storage.members import reading_order
from ovmr_index.storage.parquet_rows import ParquetRow

Groups = Iterator[tuple[int, Iterable[Row]]]

_FOLDERS = 64  # class folders whose images are read at once


class _Folder:
    """A folder that the index knows; `names` are there, and `known` images should be.

    One that is `in_tar` has what the tar has.
    """

    def __init__(
        self, dataset: str, format_name: str, root: Path, path: str, *, in_tar: bool
    ) -> None:
        """List the folder."""
        self.dataset, self.root, self.path = dataset, root, path
        self.download = format_of(format_name).downloads.get(path.rpartition("/")[2])
        self.names: frozenset[str] = frozenset()
        self.known = 0
        self.missing: list[str] = []
        self.is_there, self.in_tar, self.error = True, in_tar, ""
        try:
            if not in_tar:
                self.names = frozenset(names_in(root / path))
        except (FileNotFoundError, NotADirectoryError):
            self.is_there = False
        except OSError as error:
            self.error = os_reason(error)

    def present(self, images: list[Row]) -> list[Row]:
        """Return those of (folder, name, ...) that are there; note the others as missing."""
        self.known += len(images)
        if self.in_tar:
            return images
        if not self.is_there or self.error:
            return []
        self.missing += [row[1] for row in images if row[1] not in self.names]
        return [row for row in images if row[1] in self.names]


class ImageFiles:
    """One pass over the images that an index knows.

    No read of the index stays open beside what is done with the images. `issues` are complete when
    the pass is.
    """

    def __init__(self, session: Session, broken: Collection[int]) -> None:
        """List nothing yet; images in tars that are `broken`, by row number, are passed over."""
        self._session, self._broken = session, broken
        self.issues: list[Issue] = []

    def present(self) -> Iterator[ImageTask]:
        """Yield the images that are there; those of a Parquet file in the order of their rows."""
        for (_, root), sources in groupby(self._rows(image_sources()), itemgetter(1, 2)):
            folders: dict[str, _Folder] = {}
            for source in sources:
                known = {row[0]: row[1:] for row in self._rows(folders_of(source[0]))}
                tasks = self._of_source(source, known, folders)
                in_archives = any(archive is not None for _, archive in known.values())
                yield from _by_row(tasks) if in_archives else tasks
            self.issues += _issues(root, folders.values())

    def _of_source(
        self, source: Row, known: Mapping[int, Row], folders: dict[str, _Folder]
    ) -> Iterator[ImageTask]:
        """Yield the images of a source that are there; put its folders among those of others."""
        source_pk, dataset, root, format_name, annotated, followed = source
        groups = self._by_key(source_pk) if annotated else self._by_folder(list(known))
        for folder_pk, images in groups:
            path, archive = known[folder_pk]
            if archive in self._broken:
                continue
            if path not in folders:
                of = (dataset, format_name, self._session.root / root, path)
                folders[path] = _Folder(*of, in_tar=archive is not None)
            folder = folders[path]
            there = folder.present(list(images))
            yield from _tasks(folder, there, bool(annotated), bool(followed))
            if not annotated:
                folder.names = frozenset()  # each is met once; all of them are 14 million

    def _by_key(self, source_pk: int) -> Groups:
        """Yield the images of an annotation file, a page at a time, by folder."""
        key = -1
        while page := self._rows(images_after(source_pk, key)):
            key = page[-1][7]
            yield from groupby(sorted(page, key=itemgetter(0)), itemgetter(0))

    def _by_folder(self, folder_pks: list[int]) -> Groups:
        """Yield the images of a tree, some folders at a time."""
        for start in range(0, len(folder_pks), _FOLDERS):
            some = folder_pks[start : start + _FOLDERS]
            yield from groupby(self._rows(images_in_folders(some)), itemgetter(0))

    def _rows(self, query: Query) -> list[Row]:
        with self._session.read() as connection:
            return list(stream_rows(connection, query))


def _tasks(
    folder: _Folder, images: list[Row], annotated: bool, followed: bool
) -> Iterator[ImageTask]:
    prefix = f"{folder.path}/" if folder.path else ""
    root = str(folder.root)
    for _, name, width, height, size, mtime_ns, sha256, *location in images:
        file = f"{prefix}{name}"
        place = Location(follow_links=followed) if annotated else Location._make(location)
        source = locate(root, file, place)
        hashed = None if sha256 is None or size is None else (size, mtime_ns, sha256)
        yield ImageTask(folder.dataset, file, source, width, height, annotated, hashed)


def _by_row(tasks: Iterable[ImageTask]) -> Iterator[ImageTask]:
    """Yield images, those of one Parquet file in the order in which it is read once."""
    for file, some in groupby(tasks, _parquet_file):
        if file is None:
            yield from some
        else:
            yield from sorted(some, key=lambda one: reading_order(one.source))


def _parquet_file(task: ImageTask) -> str | None:
    return task.source.path if isinstance(task.source, ParquetRow) else None


def _issues(root: str, folders: Iterable[_Folder]) -> Iterator[Issue]:
    """Yield what is missing: as one whatever is in one folder that is not there."""
    absent: dict[str, list[_Folder]] = {}
    for folder in folders:
        if folder.error:
            yield Issue(folder.dataset, folder.path, kind="unreadable", reason=folder.error)
        elif folder.known == len(folder.missing) or not folder.is_there:
            absent.setdefault(_topmost_missing(folder), []).append(folder)
        else:
            for name in folder.missing:
                file = f"{folder.path}/{name}" if folder.path else name
                reason = "the image is missing"
                yield Issue(folder.dataset, file, kind="missing", reason=reason)
    for path, some in absent.items():
        yield Issue(some[0].dataset, path or root, kind="missing", reason=_absence(some))


def _topmost_missing(folder: _Folder) -> str:
    """Return the highest folder that is not there; "" for the root, its own path if it is there."""
    if not folder.root.is_dir():
        return ""
    parts = folder.path.split("/")
    prefixes = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return next((path for path in prefixes if not (folder.root / path).is_dir()), folder.path)


def _absence(folders: list[_Folder]) -> str:
    count = sum(folder.known for folder in folders)
    images = f"{count:,} image" if count == 1 else f"{count:,} images"
    none = "its only image is not there" if count == 1 else f"none of its {images} is there"
    what = none if folders[0].is_there else f"missing, with {images}"
    among = f" in {len(folders):,} folders" if len(folders) > 1 else ""
    downloads = sorted({folder.download for folder in folders if folder.download})
    source = f"; they come with {' and '.join(downloads)}" if downloads else ""
    return f"{what}{among}{source}"
