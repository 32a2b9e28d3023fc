"""Rows of pictures that have no id of their own: known by folder and name, and counted."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from ovmr_index.db.bulk import insert_columns, insert_rows, next_id
from ovmr_index.db.models import (
    Folder,
    FolderArchive,
    Image,
    ImageHash,
    TarEntry,
    UnreadableImage,
    table,
)
from ovmr_index.ingest.report import Counts

_FOLDER = ("id", "source_id", "path", "split", "mtime_ns")
_IMAGE = ("id", "name", "source_id", "folder_id", "synset_id")
_PART = 512  # bound values of a statement; SQLite takes 999 everywhere


class KnownFolder(NamedTuple):
    """What the index knows of a folder: its row, time and number of pictures."""

    id: int
    mtime_ns: int | None
    pictures: int


class ImageRows:
    """The pictures of one source and what hangs on them, within the transaction of `connection`."""

    def __init__(self, connection: Connection, source_id: int) -> None:
        """Count from nothing."""
        self._connection, self.source_id = connection, source_id
        self._next_id, self._next_folder_id = (next_id(connection, of) for of in (Image, Folder))
        self.counts = Counts()

    def new_folder(self, path: str, split: str | None, mtime_ns: int | None) -> int:
        """Insert a folder; return its row."""
        folder_id = self._next_folder_id
        self._next_folder_id += 1
        row = (folder_id, self.source_id, path, split, mtime_ns)
        insert_rows(self._connection, table(Folder), _FOLDER, [row])
        return folder_id

    def add(self, folder_id: int, synset_id: int | None, names: Sequence[str]) -> range:
        """Insert the pictures of a folder; return their rows."""
        count = len(names)
        ids = range(self._next_id, self._next_id + count)
        of_all = ([value] * count for value in (self.source_id, folder_id, synset_id))
        insert_columns(self._connection, table(Image), _IMAGE, (ids, names, *of_all))
        self._next_id += len(names)
        self.counts.added += len(names)
        return ids

    def remove(self, ids: Iterable[int]) -> None:
        """Remove pictures."""
        for part in _parts(ids):
            self._remove_of(part, TarEntry, ImageHash, UnreadableImage)
            self._connection.execute(delete(Image).where(Image.id.in_(part)))
            self.counts.vanished += len(part)

    def remove_places(self, ids: Iterable[int]) -> None:
        """Forget where pictures lie in a tar."""
        for part in _parts(ids):
            self._remove_of(part, TarEntry)

    def leave_archive(self, folder_id: int) -> None:
        """Say that a folder is no longer in a tar, nor are its pictures."""
        mine = delete(FolderArchive).where(FolderArchive.folder_id == folder_id)
        if self._connection.execute(mine).rowcount:
            there = select(Image.id).where(Image.folder_id == folder_id, Image.key.is_(None))
            self.remove_places(self._connection.execute(there).scalars().all())

    def delete_content(self, ids: Iterable[int]) -> None:
        """Drop what was computed from pictures that have changed: sizes and hashes."""
        for part in _parts(ids):
            self._remove_of(part, ImageHash, UnreadableImage)
            unknown = update(Image).where(Image.id.in_(part)).values(width=None, height=None)
            self._connection.execute(unknown)
            self.counts.changed += len(part)

    def _remove_of(
        self,
        ids: list[int],
        *models: type[TarEntry] | type[ImageHash] | type[UnreadableImage],
    ) -> None:
        for model in models:
            self._connection.execute(delete(model).where(model.image_id.in_(ids)))


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    following = iter(ids)
    while part := list(islice(following, _PART)):
        yield part
