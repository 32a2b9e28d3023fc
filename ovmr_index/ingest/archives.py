"""Tars of class folders to tables: one whose size and time are unchanged is not read again.

The pictures of a tar are put into a temporary table first. There they come into the order of their
folders, in bounded memory, and of two with one name the later counts, as when a tar is unpacked.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from ovmr_index.db.bulk import Row, insert_rows, stream_rows
from ovmr_index.db.models import Archive, Folder, FolderArchive, Image, TarEntry, table
from ovmr_index.errors import RecordError
from ovmr_index.formats.base import ArchiveTreeReader
from ovmr_index.formats.records import ArchiveBatch, ArchivedFolder, ArchiveRecord, ReadProblem
from ovmr_index.images.locations import in_folder
from ovmr_index.ingest.image_rows import ImageRows, KnownFolder
from ovmr_index.progress import Progress

FOUND = Table(
    "found_in_tar",
    MetaData(),
    Column("folder", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
_MEMBER = ("image_pk", "offset", "size")
_UNIT = 1_000_000  # bytes that progress counts


class _Known(NamedTuple):
    """What the index knows of a tar, and the class folders that it stands for."""

    pk: int
    size: int
    mtime_ns: int | None
    folders: list[str]


class ArchiveLoad:
    """One ingest of the tars of a tree, within the transaction of `connection`.

    `synsets` are rows by wnid, `known_folders` those of the index by path. `folders` are the class
    folders that the tars stand for, each with the path of its tar.
    """

    def __init__(
        self,
        connection: Connection,
        reader: ArchiveTreeReader,
        rows: ImageRows,
        synsets: Mapping[str, int],
        known_folders: Mapping[str, KnownFolder],
    ) -> None:
        """Read which tars the index knows."""
        self._connection, self._reader, self._rows = connection, reader, rows
        self._synsets, self._known_folders = synsets, known_folders
        self._known = self._known_archives()
        self.folders: dict[str, str] = {}

    def run(self, progress: Progress, name: str) -> None:
        """Bring the rows to what the tars hold; raises RecordError for one that is cut short."""
        archives = list(self._reader.archives())
        for path in self._known.keys() - {archive.path for archive in archives}:
            self._delete(self._known[path].pk)
        if not archives:
            return
        FOUND.drop(self._connection, checkfirst=True)
        FOUND.create(self._connection)
        total = sum(archive.size for archive in archives) // _UNIT
        with progress(name, total, "MB") as advance:
            for archive in archives:
                known = self._known.get(archive.path)
                if known is not None and _is_same(known, archive):
                    self._keep(archive, known)
                    advance(archive.size // _UNIT)
                else:
                    self._load(archive, known, advance)

    def _known_archives(self) -> dict[str, _Known]:
        mine = select(Archive.path, Archive.pk, Archive.size, Archive.mtime_ns).where(
            Archive.source_pk == self._rows.source_pk
        )
        known = {
            path: _Known(archive_pk, size, mtime_ns, [])
            for path, archive_pk, size, mtime_ns in self._connection.execute(mine)
        }
        stored = (
            select(Archive.path, Folder.path)
            .join(FolderArchive, FolderArchive.archive_pk == Archive.pk)
            .join(Folder, Folder.pk == FolderArchive.folder_pk)
            .where(Archive.source_pk == self._rows.source_pk)
        )
        for path, folder in self._connection.execute(stored):
            known[path].folders.append(folder)
        return known

    def _delete(self, archive_pk: int) -> None:
        mine = delete(FolderArchive).where(FolderArchive.archive_pk == archive_pk)
        self._connection.execute(mine)
        self._connection.execute(delete(Archive).where(Archive.pk == archive_pk))

    def _keep(self, archive: ArchiveRecord, known: _Known) -> None:
        for folder in known.folders:
            self._claim(folder, archive)
            self._rows.counts.unchanged += self._known_folders[folder].pictures

    def _load(
        self, archive: ArchiveRecord, known: _Known | None, advance: Callable[[int], object]
    ) -> None:
        if known is not None:
            self._delete(known.pk)
        made = insert(Archive).values(
            source_pk=self._rows.source_pk,
            path=archive.path,
            size=archive.size,
            mtime_ns=archive.mtime_ns,
        )
        archive_pk = self._connection.execute(made.returning(Archive.pk)).scalar_one()
        for folder in self._found(archive, advance):
            if folder.wnid in self._synsets:
                self._claim(folder.path, archive)
                self._load_folder(archive_pk, folder)
            else:
                reason = f"{folder.wnid} is no noun synset of WordNet 3.0"
                problem = ReadProblem(archive.path, folder.path, reason)
                self._reader.problems.append(problem)

    def _claim(self, folder: str, archive: ArchiveRecord) -> None:
        other = self.folders.setdefault(folder, archive.path)
        if other != archive.path:
            problem = f"{folder} is in {other} as well"
            file = self._reader.root / archive.path
            raise RecordError(file, "", problem, "ingest one of the two, or take the other away")

    def _found(
        self, archive: ArchiveRecord, advance: Callable[[int], object]
    ) -> list[ArchivedFolder]:
        """Put a tar's pictures into `found_in_tar`; return its folders, ordered by path."""
        self._connection.execute(delete(FOUND))
        own = archive.folder
        folders = {} if own is None else {own.path: own}
        shown = 0
        for batch in self._reader.pictures(archive):
            self._put(batch, folders)
            advance(batch.done // _UNIT - shown)
            shown = batch.done // _UNIT
        advance(archive.size // _UNIT - shown)
        return sorted(folders.values())

    def _put(self, batch: ArchiveBatch, folders: dict[str, ArchivedFolder]) -> None:
        for met in batch.folders:
            folders.setdefault(met.path, met)
        latest: dict[tuple[str, str], Row] = {}
        for folder, name, offset, size in batch.pictures:
            if folders.setdefault(folder.path, folder) != folder:  # a second tar of the class
                latest = {key: row for key, row in latest.items() if key[0] != folder.path}
                self._connection.execute(delete(FOUND).where(FOUND.c.folder == folder.path))
                folders[folder.path] = folder
            latest[folder.path, name] = (folder.path, name, offset, size)
        if latest:
            replace = "INSERT OR REPLACE INTO found_in_tar VALUES (?, ?, ?, ?)"
            self._connection.exec_driver_sql(replace, list(latest.values()))

    def _load_folder(self, archive_pk: int, folder: ArchivedFolder) -> None:
        query = select(*FOUND.c).where(FOUND.c.folder == folder.path).order_by(FOUND.c.name)
        found = {row[1]: row[2:] for row in stream_rows(self._connection, query)}
        known = self._known_folders.get(folder.path)
        if known is None:
            folder_pk = self._rows.new_folder(folder.path, folder.split, None)
            before = {}
        else:
            folder_pk, before = known.pk, self._members(known.pk, folder.path)
            untimed = update(Folder).where(Folder.pk == folder_pk)
            self._connection.execute(untimed.values(mtime_ns=None))
        self._store_place(folder_pk, archive_pk, folder)
        self._rows.remove([before[name][0] for name in before.keys() - found.keys()])
        self._move({name: row for name, row in before.items() if name in found}, found)
        new = [name for name in found if name not in before]
        ids = self._rows.add(folder_pk, folder.path, self._synsets[folder.wnid], new)
        places = [(image_pk, *found[name]) for image_pk, name in zip(ids, new, strict=True)]
        insert_rows(self._connection, table(TarEntry), _MEMBER, places)

    def _members(self, folder_pk: int, path: str) -> dict[str, Row]:
        """Return (row, offset, size) of a folder's pictures by name."""
        query = (
            select(Image.name, Image.pk, TarEntry.offset, TarEntry.size)
            .outerjoin(TarEntry, TarEntry.image_pk == Image.pk)
            .where(in_folder(self._rows.source_pk, folder_pk, path), Image.key.is_(None))
        )
        return {row[0]: row[1:] for row in stream_rows(self._connection, query)}

    def _store_place(self, folder_pk: int, archive_pk: int, folder: ArchivedFolder) -> None:
        mine = delete(FolderArchive).where(FolderArchive.folder_pk == folder_pk)
        self._connection.execute(mine)
        place = insert(FolderArchive).values(
            folder_pk=folder_pk,
            archive_pk=archive_pk,
            offset=folder.offset,
            size=folder.size,
            compression=folder.compression,
        )
        self._connection.execute(place)

    def _move(self, before: dict[str, Row], found: dict[str, Row]) -> None:
        """Store where known pictures lie now; one of another size has changed."""
        moved = [(row[0], *found[name]) for name, row in before.items() if row[1:] != found[name]]
        self._rows.remove_places([row[0] for row in moved])
        insert_rows(self._connection, table(TarEntry), _MEMBER, moved)
        changed = [row[0] for name, row in before.items() if row[2] not in (None, found[name][1])]
        self._rows.delete_content(changed)
        self._rows.counts.unchanged += len(before) - len(changed)


def _is_same(known: _Known, archive: ArchiveRecord) -> bool:
    there = (archive.size, archive.mtime_ns)
    return known.mtime_ns is not None and (known.size, known.mtime_ns) == there
