"""Rows of pictures that have no id of their own: known by folder and name, and counted."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from ovmr_index.db.bulk import insert_columns, insert_rows, next_pk
from ovmr_index.db.models import (
    Folder,
    FolderArchive,
    Image,
    ImageHash,
    TarEntry,
    UnreadableImage,
    table,
)
from ovmr_index.images.locations import in_folder
from ovmr_index.ingest.report import Counts
from ovmr_index.processes import batches

_FOLDER = ("pk", "source_pk", "path", "split", "mtime_ns")
_IMAGE = ("pk", "name", "file_name", "source_pk", "folder_pk", "synset_pk")
_PART = 512  # bound values of a statement; SQLite takes 999 everywhere


class KnownFolder(NamedTuple):
    """What the index knows of a folder: its row, time and number of pictures."""

    pk: int
    mtime_ns: int | None
    pictures: int


class ImageRows:
    """The pictures of one source and what hangs on them, within the transaction of `connection`."""

    def __init__(self, connection: Connection, source_pk: int) -> None:
        """Count from nothing."""
        self._connection, self.source_pk = connection, source_pk
        self._next_pk, self._next_folder_pk = (next_pk(connection, of) for of in (Image, Folder))
        self.counts = Counts()

    def new_folder(self, path: str, split: str | None, mtime_ns: int | None) -> int:
        """Insert a folder; return its row."""
        folder_pk = self._next_folder_pk
        self._next_folder_pk += 1
        row = (folder_pk, self.source_pk, path, split, mtime_ns)
        insert_rows(self._connection, table(Folder), _FOLDER, [row])
        return folder_pk

    def add(self, folder_pk: int, path: str, synset_pk: int | None, names: Sequence[str]) -> range:
        """Insert the images of the folder at `path`; return their row numbers."""
        count = len(names)
        before = f"{path}/" if path else ""
        file_names = [before + name for name in names]
        ids = range(self._next_pk, self._next_pk + count)
        of_all = ([value] * count for value in (self.source_pk, folder_pk, synset_pk))
        insert_columns(self._connection, table(Image), _IMAGE, (ids, names, file_names, *of_all))
        self._next_pk += len(names)
        self.counts.added += len(names)
        return ids

    def remove(self, ids: Iterable[int]) -> None:
        """Remove pictures."""
        for part in batches(ids, _PART):
            self._remove_of(part, TarEntry, ImageHash, UnreadableImage)
            self._connection.execute(delete(Image).where(Image.pk.in_(part)))
            self.counts.vanished += len(part)

    def remove_places(self, ids: Iterable[int]) -> None:
        """Forget where pictures lie in a tar."""
        for part in batches(ids, _PART):
            self._remove_of(part, TarEntry)

    def leave_archive(self, folder_pk: int, path: str) -> None:
        """Say that a folder is no longer in a tar, nor are its pictures."""
        mine = delete(FolderArchive).where(FolderArchive.folder_pk == folder_pk)
        if self._connection.execute(mine).rowcount:
            there = select(Image.pk).where(
                in_folder(self.source_pk, folder_pk, path), Image.key.is_(None)
            )
            self.remove_places(self._connection.execute(there).scalars().all())

    def delete_content(self, ids: Iterable[int]) -> None:
        """Drop what was computed from pictures that have changed: sizes and hashes."""
        for part in batches(ids, _PART):
            self._remove_of(part, ImageHash, UnreadableImage)
            unknown = update(Image).where(Image.pk.in_(part)).values(width=None, height=None)
            self._connection.execute(unknown)
            self.counts.changed += len(part)

    def _remove_of(
        self,
        ids: list[int],
        *models: type[TarEntry] | type[ImageHash] | type[UnreadableImage],
    ) -> None:
        for model in models:
            self._connection.execute(delete(model).where(model.image_pk.in_(ids)))
