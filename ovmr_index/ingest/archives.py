"""Tars of class folders to tables: one whose size and time are unchanged is not read again."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, delete, insert, select, update

from ovmr_index.db.bulk import Row, insert_rows, stream_rows
from ovmr_index.db.models import Archive, Folder, FolderArchive, Image, TarEntry
from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.base import ArchiveTreeReader
from ovmr_index.formats.class_folder import EMPTY
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.shares import Share
from ovmr_index.formats.tar import IMAGES
from ovmr_index.formats.tar_headers import walk_tar
from ovmr_index.formats.tree_records import ArchivedFolder, ArchiveRecord, FolderRecord
from ovmr_index.images.locations import in_folder, name_below
from ovmr_index.ingest.found_in_tar import FoundInTar
from ovmr_index.ingest.image_rows import ImageRows, KnownFolder
from ovmr_index.ingest.left_before import LeftBefore
from ovmr_index.ingest.other_wnids import OtherWnids
from ovmr_index.processes import batches
from ovmr_index.progress import Progress
from ovmr_index.storage.remote.ahead import walked_ahead

_MEMBER = ("image_pk", "offset", "size")
_UNIT = 1_000_000  # bytes that progress counts
_PART = 512  # bound values of a statement; SQLite takes 999 everywhere


class SynsetsOfClasses(Protocol):
    """The pks of synsets by wnid, or by what else a tree calls its classes."""

    def get(self, value: str, /) -> int | None:
        """Return the pk of a class's synset, None for one without."""
        ...


class _Known(NamedTuple):
    """What the index knows of a tar, and the class folders that it stands for."""

    pk: int
    size: int
    mtime_ns: int | None
    ctime_ns: int | None
    folders: list[str]


class ArchiveLoad:
    """One ingest of the tars of a tree, within the transaction of `connection`.

    `synsets` are row numbers by class, `known_folders` those of the index by path. `folders` are
    the class folders that the tars stand for, each with the path of its tar. `left_before` is what
    the ingest before left out; names of files go into `other_wnids`.
    """

    def __init__(
        self,
        connection: Connection,
        reader: ArchiveTreeReader,
        rows: ImageRows,
        synsets: SynsetsOfClasses,
        known_folders: Mapping[str, KnownFolder],
        share: Share | None = None,
    ) -> None:
        """Read which tars the index knows, of all or of a share of the classes."""
        self._connection, self._reader, self._rows = connection, reader, rows
        self._synsets, self._known_folders, self._share = synsets, known_folders, share
        self._known = self._known_archives()
        self.folders: dict[str, str] = {}
        self.left_before = LeftBefore()
        self.other_wnids = OtherWnids()

    def run(self, progress: Progress, name: str) -> None:
        """Bring the rows to what the tars hold; raises RecordError for one that is cut short."""
        archives = list(self._reader.archives())
        beside = self._reader.beside
        present = {archive.path for archive in (*archives, *beside)}
        self._delete([known.pk for path, known in self._known.items() if path not in present])
        for archive in beside:
            self._remember(archive)
        if not archives:
            return
        found = FoundInTar(self._connection)
        total = sum(archive.size for archive in archives) // _UNIT
        new = [archive.path for archive in archives if not self._is_known(archive)]
        with (
            progress(name, total, "MB") as advance,
            walked_ahead(self._reader.root, new, walk_tar),
        ):
            for archive in archives:
                known = self._known.get(archive.path)
                if known is not None and self._is_known(archive):
                    self._keep(archive, known)
                    advance(archive.size // _UNIT)
                else:
                    self._read(archive, found, advance)
                    self._load(archive, known, found)

    def _is_known(self, archive: ArchiveRecord) -> bool:
        """Return whether a tar was read, and is as it was."""
        known = self._known.get(archive.path)
        return known is not None and bool(known.folders) and _is_same(known, archive)

    def _known_archives(self) -> dict[str, _Known]:
        state = (Archive.c.size, Archive.c.mtime_ns, Archive.c.ctime_ns)
        mine = select(Archive.c.path, Archive.c.pk, *state).where(
            Archive.c.source_pk == self._rows.source_pk
        )
        rows = self._connection.execute(mine).all()
        if self._share is not None:
            rows = [row for row in rows if self._share.takes_path(row[0])]
        known = {row[0]: _Known(*row[1:], []) for row in rows}
        stored = (
            select(Archive.c.path, Folder.c.path)
            .join(FolderArchive, FolderArchive.c.archive_pk == Archive.c.pk)
            .join(Folder, Folder.c.pk == FolderArchive.c.folder_pk)
            .where(Archive.c.source_pk == self._rows.source_pk)
        )
        for path, folder in self._connection.execute(stored):
            if path in known:
                known[path].folders.append(folder)
        return known

    def _delete(self, archive_pks: list[int]) -> None:
        for part in batches(archive_pks, _PART):
            mine = delete(FolderArchive).where(FolderArchive.c.archive_pk.in_(part))
            self._connection.execute(mine)
            self._connection.execute(delete(Archive).where(Archive.c.pk.in_(part)))

    def _keep(self, archive: ArchiveRecord, known: _Known) -> None:
        self._reader.problems += self.left_before.of_archive(archive.path)
        if known.ctime_ns is None:
            mine = update(Archive).where(Archive.c.pk == known.pk)
            self._connection.execute(mine.values(ctime_ns=archive.ctime_ns))
        for folder in known.folders:
            self._claim(folder, archive)
            self._rows.counts.unchanged += self._known_folders[folder].images

    def _load(self, archive: ArchiveRecord, known: _Known | None, found: FoundInTar) -> None:
        """Bring the rows to what was found in a tar.

        One without an image is read again: it may be of a kind that can be read the next time.
        """
        archive_pk = self._store(archive, known, archive.mtime_ns if found.has_images else None)
        folders = found.folders()
        paths = {folder.path for folder in folders}
        for folder in folders:
            synset_pk = self._synsets.get(folder.wnid)
            if synset_pk is not None:
                self._claim(folder.path, archive)
                members = found.members(folder)
                self.other_wnids.look(folder.path, folder.wnid, list(members))
                self._load_folder(archive_pk, folder, synset_pk, members)
                if not members and f"{folder.path}/{IMAGES}" not in paths:
                    file = str(self._reader.root / archive.path)
                    self._reader.problems.append(Issue(file=file, record=folder.path, reason=EMPTY))
            else:
                reason = f"{folder.wnid} is no noun synset of WordNet 3.0"
                problem = Issue(file=archive.path, record=folder.path, reason=reason)
                self._reader.problems.append(problem)

    def _remember(self, archive: ArchiveRecord) -> None:
        """Store the state of a tar whose folder is read, which need not be compared again."""
        known = self._known.get(archive.path)
        if known is None or known.folders or not _is_same(known, archive):
            self._store(archive, known, archive.mtime_ns)

    def _store(self, archive: ArchiveRecord, known: _Known | None, mtime_ns: int | None) -> int:
        """Store a tar in the place of the one that was known; return its row number."""
        if known is not None:
            self._delete([known.pk])
        made = insert(Archive).values(
            source_pk=self._rows.source_pk,
            path=archive.path,
            size=archive.size,
            mtime_ns=mtime_ns,
            ctime_ns=archive.ctime_ns,
        )
        return self._connection.execute(made.returning(Archive.c.pk)).scalar_one()

    def _claim(self, folder: str, archive: ArchiveRecord) -> None:
        other = self.folders.setdefault(folder, archive.path)
        if other != archive.path:
            problem = f"{folder} is in {other} as well"
            file = self._reader.root / archive.path
            raise RecordError(file, "", problem, "ingest one of the two, or take the other away")

    def _read(
        self, archive: ArchiveRecord, found: FoundInTar, advance: Callable[[int], object]
    ) -> None:
        """Put the folders and images of a tar into `found`."""
        left_out = LeftOut(self._reader.root / archive.path, self._reader.problems)
        found.start(archive.folder, left_out)
        shown = 0
        for batch in self._reader.images(archive):
            found.add(batch)
            advance(batch.done // _UNIT - shown)
            shown = batch.done // _UNIT
        advance(archive.size // _UNIT - shown)

    def _load_folder(
        self, archive_pk: int, folder: ArchivedFolder, synset_pk: int, found: Mapping[str, Row]
    ) -> None:
        """Bring the rows of a folder to its images in the tar: (offset, size) by name."""
        known = self._known_folders.get(folder.path)
        if known is None:
            folder_pk = self._rows.new_folder(
                FolderRecord(folder.path, folder.split, folder.wnid, mtime_ns=None)
            )
            before = {}
        else:
            folder_pk, before = known.pk, self._members(known.pk, folder.path)
            untimed = update(Folder).where(Folder.c.pk == folder_pk)
            self._connection.execute(untimed.values(mtime_ns=None))
        self._store_folder_archive(folder_pk, archive_pk, folder)
        self._rows.remove([before[name][0] for name in before.keys() - found.keys()])
        self._move({name: row for name, row in before.items() if name in found}, found)
        new = [name for name in found if name not in before]
        pks = self._rows.add(folder_pk, folder.path, synset_pk, new)
        members = [(image_pk, *found[name]) for image_pk, name in zip(pks, new, strict=True)]
        insert_rows(self._connection, TarEntry, _MEMBER, members)

    def _members(self, folder_pk: int, path: str) -> dict[str, Row]:
        """Return (row number, offset, size) of a folder's images by name."""
        query = (
            select(name_below(path), Image.c.pk, TarEntry.c.offset, TarEntry.c.size)
            .outerjoin(TarEntry, TarEntry.c.image_pk == Image.c.pk)
            .where(in_folder(self._rows.source_pk, folder_pk, path), Image.c.key.is_(None))
        )
        return {row[0]: row[1:] for row in stream_rows(self._connection, query)}

    def _store_folder_archive(
        self, folder_pk: int, archive_pk: int, folder: ArchivedFolder
    ) -> None:
        mine = delete(FolderArchive).where(FolderArchive.c.folder_pk == folder_pk)
        self._connection.execute(mine)
        stored = insert(FolderArchive).values(
            folder_pk=folder_pk,
            archive_pk=archive_pk,
            offset=folder.offset,
            size=folder.size,
            compression=folder.compression,
        )
        self._connection.execute(stored)

    def _move(self, before: dict[str, Row], found: Mapping[str, Row]) -> None:
        """Store where known images are in the tar now; one of another size has changed."""
        moved = [(row[0], *found[name]) for name, row in before.items() if row[1:] != found[name]]
        self._rows.remove_members([row[0] for row in moved])
        insert_rows(self._connection, TarEntry, _MEMBER, moved)
        changed = [row[0] for name, row in before.items() if row[2] not in (None, found[name][1])]
        self._rows.delete_content(changed)
        self._rows.counts.unchanged += len(before) - len(changed)


def _is_same(known: _Known, archive: ArchiveRecord) -> bool:
    there = (archive.size, archive.mtime_ns)
    is_settled = known.mtime_ns is not None and (known.size, known.mtime_ns) == there
    return is_settled and known.ctime_ns in (None, archive.ctime_ns)
