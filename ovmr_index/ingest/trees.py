"""Trees of class folders to tables: a folder whose time is unchanged is not listed again.

What was left out of it before stays said.
"""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from ovmr_index.db.bulk import indexes_rebuilt
from ovmr_index.db.models import Archive, Folder, Image, Synset
from ovmr_index.errors import Issue
from ovmr_index.formats.base import ArchiveTreeReader, ImageTreeReader
from ovmr_index.formats.imagenet_releases import release_of
from ovmr_index.formats.shares import Share
from ovmr_index.formats.tree_records import FolderRecord
from ovmr_index.images.locations import in_folder, name_below
from ovmr_index.ingest.archives import ArchiveLoad, SynsetsOfClasses
from ovmr_index.ingest.image_rows import ImageRows, KnownFolder
from ovmr_index.ingest.known_archives import StoredArchives
from ovmr_index.ingest.left_before import LeftBefore
from ovmr_index.ingest.other_wnids import OtherWnids
from ovmr_index.ingest.problems import last_problems
from ovmr_index.ingest.report import Counts
from ovmr_index.progress import Progress
from ovmr_index.storage.remote.ahead import listed_ahead
from ovmr_index.vocabularies.synsets import SynsetLookup


def list_again(connection: Connection, source_pk: int) -> None:
    """Let the next load list every folder and read every tar of a source, whatever their times."""
    for table in (Folder, Archive):
        mine = update(table).where(table.c.source_pk == source_pk)
        connection.execute(mine.values(mtime_ns=None))


class TreeLoad:
    """One ingest of one tree, within the transaction of `connection`; counts are of files.

    `root` is the folder of its images, where those that were measured are looked at again.
    `before_removal` takes how many files vanish, and of how many, before most of them do; it may
    raise. After `run`, `changed` says whether a folder or a file came or went, `found` what the
    tree is, `folder_counts` counts class folders, and `exemplars_gone` the exemplars of classes
    whose number another one has now. What is left out is put into the reader's problems.
    """

    first_load = 1 << 40  # more images than any tree holds: indexes are built after them

    def __init__(
        self,
        connection: Connection,
        source_pk: int,
        reader: ImageTreeReader,
        share: Share | None = None,
    ) -> None:
        """Read what the index knows of the tree, or of a share of it; `reader` is open."""
        self._connection, self._source_pk, self._reader = connection, source_pk, reader
        self._share = share
        self._synsets: SynsetsOfClasses = SynsetLookup(connection, Synset.c.wnid)
        self._rows = ImageRows(connection, source_pk)
        self._known = self._known_folders()
        self._left_before = LeftBefore()
        self._other_wnids = OtherWnids()
        self._skipped = 0
        self.before_removal: Callable[[int, int], None] = _allow
        self.root: Path | None = None
        self.folder_counts = Counts()
        self.changed = False
        self.found = ""
        self.exemplars_gone = 0

    def run(self, progress: Progress, name: str) -> Counts:
        """Bring the source's rows to what is on the disk; return what changed."""
        before = last_problems(self._connection, name)
        if self._share is not None:
            before = [one for one in before if self._share.owns(one)]
        self._left_before = LeftBefore(before)
        if isinstance(self._reader, ArchiveTreeReader):
            of = (self._connection, self._source_pk, self._reader.root, self._left_before)
            self._reader.known = StoredArchives(*of)
        folders = self._folders()
        coming = 0 if self._known or self._share else self.first_load
        with (
            indexes_rebuilt(self._connection, Image, coming, "key", "coco_id"),
            progress(name, len(folders), "folders") as advance,
            listed_ahead(self.root, (folder.path for folder in folders)),
        ):
            for folder in folders:
                self._load_folder(folder)
                advance(1)
            present = {folder.path for folder in folders} | self._load_archives(progress, name)
        if self._skipped:
            self._reader.problems += self._left_before.rest(self._reader.problems)
        counts = self._rows.counts
        gone = [known for path, known in self._known.items() if path not in present]
        vanishing = counts.vanished + sum(known.images for known in gone)
        self.before_removal(vanishing, sum(known.images for known in self._known.values()))
        self._rows.remove_folders(known.pk for known in gone)
        if self.found and self._share is None:
            self.found += f", {release_of(present)}"
        new = len(present - self._known.keys())
        self.folder_counts = Counts(new, 0, len(present) - new, len(gone))
        self.changed = counts.did_work or self.folder_counts.did_work
        return counts

    def notes(self) -> list[str]:
        """Return what is good to know of the tree."""
        if not isinstance(self._reader, ArchiveTreeReader):
            return []
        return [*self._reader.notes, *self._other_wnids.notes()]

    def _folders(self) -> list[FolderRecord]:
        """Return the class folders that have a synset."""
        return [folder for folder in self._reader.folders() if self._has_synset(folder)]

    def _load_archives(self, progress: Progress, name: str) -> set[str]:
        """Load the tars of a tree that may have some; return the paths of their folders."""
        if not isinstance(self._reader, ArchiveTreeReader):
            return set()
        self.found = f"layout {self._reader.layout}"
        archives = ArchiveLoad(
            self._connection, self._reader, self._rows, self._synsets, self._known, self._share
        )
        archives.left_before = self._left_before
        archives.other_wnids = self._other_wnids
        archives.run(progress, name)
        return {*archives.folders}

    def _known_folders(self) -> dict[str, KnownFolder]:
        times = (Folder.c.mtime_ns, Folder.c.ctime_ns)
        query = (
            select(Folder.c.path, Folder.c.pk, *times, func.count(Image.c.pk))
            .outerjoin(
                Image,
                in_folder(Folder.c.source_pk, Folder.c.pk, Folder.c.path) & Image.c.key.is_(None),
            )
            .where(Folder.c.source_pk == self._source_pk)
            .group_by(Folder.c.pk)
        )
        rows = self._connection.execute(query)
        takes = _everything if self._share is None else self._share.takes_path
        return {path: KnownFolder._make(rest) for path, *rest in rows if takes(path)}

    def _synset_pk(self, folder: FolderRecord) -> int | None:
        """Return the synset that a folder's images show, None where there is none."""
        return self._synsets.get(folder.wnid or "")

    def _has_synset(self, folder: FolderRecord) -> bool:
        if self._synset_pk(folder) is not None:
            return True
        reason = f"{folder.wnid} is no noun synset of WordNet 3.0"
        problem = Issue(record=folder.path, reason=reason)
        self._reader.problems.append(problem)
        return False

    def _load_folder(self, folder: FolderRecord) -> None:
        known = self._known.get(folder.path)
        if known is None:
            folder_pk = self._rows.new_folder(folder)
            names = self._names(folder)
            self._rows.add(folder_pk, folder.path, self._synset_pk(folder), names)
        elif known.is_unchanged(folder):
            self._rows.counts.unchanged += known.images
            if known.ctime_ns is None:
                self._rows.store_times(known.pk, folder)
            self._reader.problems += self._left_before.of_folder(folder.path)
            self._skipped += 1
        else:
            self._compare_folder(known, folder)

    def _names(self, folder: FolderRecord) -> list[str]:
        names = self._reader.names(folder)
        self._other_wnids.look(folder.path, folder.wnid, names)
        return names

    def _compare_folder(self, known: KnownFolder, folder: FolderRecord) -> None:
        query = select(name_below(folder.path), Image.c.pk).where(
            in_folder(self._source_pk, known.pk, folder.path), Image.c.key.is_(None)
        )
        before = dict(self._connection.execute(query).all())
        names = self._names(folder)
        gone = [before[name] for name in before.keys() - set(names)]
        unpacked = self._rows.leave_archive(known.pk, folder.path)
        self._rows.remove(gone)
        if self.root is not None:
            path = f"{self.root}/{folder.path}"
            self._rows.remeasure(path, before.values(), unpacked=unpacked)
        new = [name for name in names if name not in before]
        self._rows.add(known.pk, folder.path, self._synset_pk(folder), new)
        self._rows.counts.unchanged += len(names) - len(new)
        self._rows.store_times(known.pk, folder)


def _everything(_: str) -> bool:
    return True


def _allow(vanishing: int, held: int) -> None:
    """Let files vanish."""
