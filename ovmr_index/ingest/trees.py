"""Trees of class folders to tables: a folder whose time is unchanged is not listed again."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from ovmr_index.db.engine import insert_rows
from ovmr_index.db.models import Folder, Image, Synset, UnreadablePicture, table
from ovmr_index.ingest.report import Counts
from ovmr_index.ingest.rows import indexes_rebuilt, next_id
from ovmr_index.progress import Progress
from ovmr_index.records import FolderRecord, PictureTreeReader, ReadProblem

_IMAGE = ("id", "source_id", "folder_id", "name", "synset_id")
_FIRST_LOAD = 1 << 40  # more pictures than any tree holds


class _Known(NamedTuple):
    """What the index knows of a folder: its id, time and number of pictures."""

    id: int
    mtime_ns: int | None
    pictures: int


class TreeLoad:
    """One ingest of one tree, within the transaction of `connection`; counts are of files.

    `changed` tells whether a folder or a file came or went.
    """

    def __init__(self, connection: Connection, source_id: int, reader: PictureTreeReader) -> None:
        """Read what the index knows of the tree; `reader` is open."""
        self._connection, self._source_id, self._reader = connection, source_id, reader
        self._synsets = {
            wnid: synset_id
            for wnid, synset_id in connection.execute(select(Synset.wnid, Synset.id))
            if wnid is not None
        }
        self._next_id = next_id(connection, Image)
        self._known = self._known_folders()
        self._counts = Counts()
        self.changed = False

    def run(self, progress: Progress, name: str) -> Counts:
        """Bring the source's rows to what lies on the disk; return what changed."""
        folders = [folder for folder in self._reader.folders() if self._has_synset(folder)]
        coming = 0 if self._known else _FIRST_LOAD
        with (
            indexes_rebuilt(self._connection, Image, coming),
            progress(name, len(folders), "folders") as advance,
        ):
            for folder in folders:
                self._load_folder(folder)
                advance(1)
        present = {folder.path for folder in folders}
        for path in self._known.keys() - present:
            self._remove_folder(self._known[path])
        self.changed = self._counts.did_work or present != self._known.keys()
        return self._counts

    def _known_folders(self) -> dict[str, _Known]:
        query = (
            select(Folder.path, Folder.id, Folder.mtime_ns, func.count(Image.id))
            .outerjoin(Image, Image.folder_id == Folder.id)
            .where(Folder.source_id == self._source_id)
            .group_by(Folder.id)
        )
        return {path: _Known._make(rest) for path, *rest in self._connection.execute(query)}

    def _has_synset(self, folder: FolderRecord) -> bool:
        if folder.wnid in self._synsets:
            return True
        reason = f"{folder.wnid} is no noun synset of WordNet 3.0"
        self._reader.problems.append(ReadProblem("", folder.path, reason))
        return False

    def _load_folder(self, folder: FolderRecord) -> None:
        known = self._known.get(folder.path)
        if known is None:
            self._insert(self._new_folder(folder), folder, self._reader.names(folder))
        elif known.mtime_ns is not None and known.mtime_ns == folder.mtime_ns:
            self._counts.unchanged += known.pictures
        else:
            self._compare_folder(known, folder)

    def _new_folder(self, folder: FolderRecord) -> int:
        made = insert(Folder).values(
            source_id=self._source_id,
            path=folder.path,
            split=folder.split,
            mtime_ns=folder.mtime_ns,
        )
        return self._connection.execute(made.returning(Folder.id)).scalar_one()

    def _compare_folder(self, known: _Known, folder: FolderRecord) -> None:
        query = select(Image.name, Image.id).where(Image.folder_id == known.id, Image.key.is_(None))
        before = dict(self._connection.execute(query).all())
        names = self._reader.names(folder)
        gone = [before[name] for name in before.keys() - set(names)]
        self._remove_images(gone)
        new = [name for name in names if name not in before]
        self._insert(known.id, folder, new)
        self._counts.unchanged += len(names) - len(new)
        of_folder = update(Folder).where(Folder.id == known.id)
        self._connection.execute(of_folder.values(mtime_ns=folder.mtime_ns))

    def _insert(self, folder_id: int, folder: FolderRecord, names: list[str]) -> None:
        synset_id = self._synsets[folder.wnid]
        rows = [
            (image_id, self._source_id, folder_id, name, synset_id)
            for image_id, name in enumerate(names, self._next_id)
        ]
        insert_rows(self._connection, table(Image), _IMAGE, rows)
        self._next_id += len(rows)
        self._counts.added += len(rows)

    def _remove_folder(self, known: _Known) -> None:
        query = select(Image.id).where(Image.folder_id == known.id)
        self._remove_images(self._connection.execute(query).scalars())
        self._connection.execute(delete(Folder).where(Folder.id == known.id))

    def _remove_images(self, ids: Iterable[int]) -> None:
        for image_id in ids:
            unreadable = delete(UnreadablePicture).where(UnreadablePicture.image_id == image_id)
            self._connection.execute(unreadable)
            self._connection.execute(delete(Image).where(Image.id == image_id))
            self._counts.vanished += 1
