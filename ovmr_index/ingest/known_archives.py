"""Tars that have not changed since they were read, or compared with the folder beside them."""

from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Archive, Folder, FolderArchive, Image
from ovmr_index.errors import Issue
from ovmr_index.formats.tar import IMAGES
from ovmr_index.formats.tree_records import ArchiveRecord
from ovmr_index.formats.unpacked import path_in_class
from ovmr_index.images.locations import name_below
from ovmr_index.ingest.left_before import LeftBefore
from ovmr_index.storage.file_states import time_of


class StoredArchives:
    """The tars of a source as the index has them: a `formats.base.KnownArchives`."""

    def __init__(
        self, connection: Connection, source_pk: int, root: Path, before: LeftBefore
    ) -> None:
        """Read nothing yet; `before` is what the ingest before said of the tree at `root`."""
        self._connection, self._source_pk = connection, source_pk
        self._root, self._before = root, before

    def names(self, archive: ArchiveRecord) -> set[str] | None:
        """Return the paths of the images in a tar that was read, below its class's folder.

        None for any other tar.
        """
        query = (
            select(Folder.c.path, name_below(Folder.c.path))
            .join(Folder, Folder.c.pk == Image.c.folder_pk)
            .join(FolderArchive, FolderArchive.c.folder_pk == Image.c.folder_pk)
            .join(Archive, Archive.c.pk == FolderArchive.c.archive_pk)
            .where(self._is_unchanged(archive))
        )
        found = stream_rows(self._connection, query)
        return {path_in_class(archive, folder, name) for folder, name in found} or None

    def beside_folder(self, archive: ArchiveRecord) -> list[Issue] | None:
        """Return what was said of a tar whose folder was read and is as it was; None for others."""
        of_images = select(FolderArchive.c.archive_pk)
        query = select(Archive.c.pk).where(
            self._is_unchanged(archive), Archive.c.pk.not_in(of_images)
        )
        if archive.folder is None or self._connection.execute(query).first() is None:
            return None
        path = archive.folder.path
        folders = select(Folder.c.path, Folder.c.mtime_ns, Folder.c.ctime_ns).where(
            Folder.c.source_pk == self._source_pk, Folder.c.path.in_((path, f"{path}/{IMAGES}"))
        )
        known = self._connection.execute(folders).all()
        if not known or not all(self._is_as_it_was(*folder) for folder in known):
            return None
        return self._before.of_comparison(path, archive.path)

    def _is_unchanged(self, archive: ArchiveRecord) -> ColumnElement[bool]:
        return (
            (Archive.c.source_pk == self._source_pk)
            & (Archive.c.path == archive.path)
            & (Archive.c.size == archive.size)
            & (Archive.c.mtime_ns == archive.mtime_ns)
            & (func.coalesce(Archive.c.ctime_ns, archive.ctime_ns) == archive.ctime_ns)
        )

    def _is_as_it_was(self, folder: str, mtime_ns: int | None, ctime_ns: int | None) -> bool:
        """Return whether a folder is there and has the times that it had."""
        try:
            status = (self._root / folder).stat()
        except OSError:
            return False
        return time_of(status) == mtime_ns and ctime_ns in (None, status.st_ctime_ns)
