"""Rows of images that have no id of their own: known by folder and name, and counted."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, select, update

from ovmr_index.db.bulk import Same, insert_columns, insert_rows, next_pk
from ovmr_index.db.models import (
    Folder,
    FolderArchive,
    Image,
    ImageHash,
    MeasuredFile,
    TarEntry,
    UnreadableImage,
)
from ovmr_index.formats.tree_records import FolderRecord
from ovmr_index.images.locations import in_folder
from ovmr_index.images.measurements import changed_among, forget, keep
from ovmr_index.ingest.report import Counts
from ovmr_index.processes import batches

_FOLDER = ("pk", "source_pk", "path", "split", "mtime_ns", "ctime_ns")
_IMAGE = ("pk", "file_name", "source_pk", "folder_pk", "synset_pk")
_PART = 512  # bound values of a statement; SQLite takes 999 everywhere


class KnownFolder(NamedTuple):
    """What the index knows of a folder: its row number, times and number of images."""

    pk: int
    mtime_ns: int | None
    ctime_ns: int | None
    images: int

    def is_unchanged(self, folder: FolderRecord) -> bool:
        """Return whether a folder has not changed; an older version kept no ctime."""
        is_settled = self.mtime_ns is not None and self.mtime_ns == folder.mtime_ns
        return is_settled and self.ctime_ns in (None, folder.ctime_ns)


class ImageRows:
    """The images of one source and what hangs on them, within the transaction of `connection`."""

    def __init__(self, connection: Connection, source_pk: int) -> None:
        """Count from nothing."""
        self._connection, self.source_pk = connection, source_pk
        self._next_pk, self._next_folder_pk = (next_pk(connection, of) for of in (Image, Folder))
        self.counts = Counts()

    def new_folder(self, folder: FolderRecord) -> int:
        """Insert a folder; return its row number."""
        folder_pk = self._next_folder_pk
        self._next_folder_pk += 1
        times = (folder.mtime_ns, folder.ctime_ns)
        row = (folder_pk, self.source_pk, folder.path, folder.split, *times)
        insert_rows(self._connection, Folder, _FOLDER, [row])
        return folder_pk

    def store_times(self, folder_pk: int, folder: FolderRecord) -> None:
        """Store when a folder changed."""
        mine = update(Folder).where(Folder.c.pk == folder_pk)
        times = {"mtime_ns": folder.mtime_ns, "ctime_ns": folder.ctime_ns}
        self._connection.execute(mine.values(times))

    def add(self, folder_pk: int, path: str, synset_pk: int | None, names: Sequence[str]) -> range:
        """Insert the images of the folder at `path`; return their row numbers."""
        count = len(names)
        before = f"{path}/" if path else ""
        file_names = [before + name for name in names]
        pks = range(self._next_pk, self._next_pk + count)
        of_all = (Same(self.source_pk), Same(folder_pk), Same(synset_pk))
        insert_columns(self._connection, Image, _IMAGE, (pks, file_names, *of_all))
        self._next_pk += count
        self.counts.added += count
        return pks

    def remove(self, image_pks: Iterable[int]) -> None:
        """Remove images."""
        for part in batches(image_pks, _PART):
            self._remove_images(Image.c.pk.in_(part))

    def remove_folders(self, folder_pks: Iterable[int]) -> None:
        """Remove folders with their images."""
        for part in batches(folder_pks, _PART):
            self._remove_images(Image.c.pk.in_(_images_in(part)))
            in_tar = delete(FolderArchive).where(FolderArchive.c.folder_pk.in_(part))
            self._connection.execute(in_tar)
            self._connection.execute(delete(Folder).where(Folder.c.pk.in_(part)))

    def remove_members(self, image_pks: Iterable[int]) -> None:
        """Delete where images are in a tar."""
        for part in batches(image_pks, _PART):
            self._delete_of(Image.c.pk.in_(part), TarEntry)

    def leave_archive(self, folder_pk: int, path: str) -> bool:
        """Store that a folder is no longer in a tar, nor are its images; return whether it was."""
        mine = delete(FolderArchive).where(FolderArchive.c.folder_pk == folder_pk)
        was_in_one = self._connection.execute(mine).rowcount > 0
        if was_in_one:
            images = in_folder(self.source_pk, folder_pk, path) & Image.c.key.is_(None)
            self._delete_of(images, TarEntry)
        return was_in_one

    def delete_content(self, image_pks: Iterable[int]) -> None:
        """Delete what was computed from images that have changed: sizes and hashes."""
        for part in batches(image_pks, _PART):
            forget(self._connection, part)
            self.counts.changed += len(part)

    def remeasure(self, folder: str, image_pks: Iterable[int], *, unpacked: bool) -> None:
        """Delete what was measured of images in `folder` whose files have changed since.

        They are `unpacked` where they were in a tar before.
        """
        for part in batches(image_pks, _PART):
            changed = changed_among(self._connection, folder, part, unpacked=unpacked)
            forget(self._connection, changed)
            self.counts.changed += len(changed)
            self.counts.unchanged -= len(changed)

    def _remove_images(self, which: ColumnElement[bool]) -> None:
        keep(self._connection, select(Image.c.pk).where(which))
        self._delete_of(which, TarEntry, ImageHash, MeasuredFile, UnreadableImage)
        self.counts.vanished += self._connection.execute(delete(Image).where(which)).rowcount

    def _delete_of(self, which: ColumnElement[bool], *tables: Table) -> None:
        """Delete the rows of `tables` that hang on the images in question."""
        images: Select[int] = select(Image.c.pk).where(which)
        for table in tables:
            self._connection.execute(delete(table).where(table.c.image_pk.in_(images)))


def _images_in(folder_pks: Sequence[int]) -> Select[int]:
    """Return the images (pk) in folders; those with an id of their own are not among them."""
    return (
        select(Image.c.pk)
        .select_from(Folder)
        .join(Image, in_folder(Folder.c.source_pk, Folder.c.pk, Folder.c.path))
        .where(Folder.c.pk.in_(folder_pks), Image.c.key.is_(None))
    )
