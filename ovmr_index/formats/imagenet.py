"""ImageNet as it is found: a folder is a wnid, in folders of splits or a flat tree, or in tars.

Layout: "ImageNet-21K Pretraining for the Masses" (Ridnik et al., 2021), its processing script.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import Issue, RecordError, UsageError, option, unknown
from ovmr_index.formats import terms
from ovmr_index.formats.base import Format, KnownArchives, NoArchives
from ovmr_index.formats.class_folder import EMPTY, ClassFolders, with_nested
from ovmr_index.formats.imagenet_archives import archive_at, class_archive, prefix_of
from ovmr_index.formats.imagenet_beside import (
    beside_archives,
    beside_splits,
    beside_tree,
    no_class_tar,
    why_unread,
)
from ovmr_index.formats.imagenet_layouts import LAYOUTS, OF_ARCHIVES, is_class, layout_of
from ovmr_index.formats.imagenet_releases import release_of
from ovmr_index.formats.shares import Share
from ovmr_index.formats.split_names import SPLITS
from ovmr_index.formats.tar import IMAGES, TarImages, class_of, unread_reason
from ovmr_index.formats.tree_records import (
    ArchiveBatch,
    ArchiveRecord,
    FolderRecord,
)
from ovmr_index.formats.unpacked import compare
from ovmr_index.storage.compression import compression_of, is_archive_name, why_unread_archive
from ovmr_index.storage.image_names import has_image_suffix
from ovmr_index.storage.links import why_no_file
from ovmr_index.storage.listing import (
    Entry,
    is_file,
    is_folder,
    listed,
    settled_times,
    shown,
)

_WNID = re.compile(r"n[0-9]{8}")


class ImageNetReader:
    """A tree of class folders, or of tars that stand for them.

    Layouts: `21k-p` is `train/n…`, `val/n…` and `imagenet21k_small_classes/n…`, `1k` is `train/n…`
    and `val/n…`, `flat` is `n…`; `tars` is `n….tar` in place of these folders; `tar-of-tars` is one
    tar with such tars or folders in it. `layout` is the one that was asked for or found. The images
    of a class may be in a folder `images` of its own, as in Tiny ImageNet.
    """

    def __init__(self, root: Path, layout: str | None = None) -> None:
        """Detect the layout: that of the tree at `root`, or the tar of tars.

        Where no layout is asked for, a class is taken from its folder, or from its tar if it has
        none, or fewer images than the tar. Raises UsageError for a layout of no such name,
        RecordError where the folders of splits that it asks for are missing.
        """
        if layout is not None and layout not in LAYOUTS:
            raise unknown("layout", layout, LAYOUTS)
        self.problems: list[Issue] = []
        self.notes: list[str] = []
        self.known: KnownArchives = NoArchives()
        self.beside: list[ArchiveRecord] = []
        self._share: Share | None = None
        self._whole = root if is_archive_name(root.name) and root.is_file() else None
        self.root = root if self._whole is None else root.parent
        self._class_folders = ClassFolders(self.root, self.problems, IMAGES)
        self._asked = layout
        self._is_empty = True
        self._packed: dict[str | None, frozenset[str]] = {}
        splits = tuple(name for name in SPLITS if (self.root / name).is_dir())
        self.splits = () if layout in ("flat", "tar-of-tars") or self._whole else splits
        if layout in ("21k-p", "1k") and not splits:
            problem = f"holds no folder {', '.join(SPLITS)}"
            raise RecordError(root, "", problem, f"give another {option('layout')}, or none")
        is_whole = self._whole is not None
        self.layout = layout or ("tar-of-tars" if is_whole else layout_of(self.root, self.splits))

    def follow_links(self) -> None:
        """Take links that lead out of the tree as well."""
        self._class_folders.follow_links = True

    def take_share(self, share: Share) -> None:
        """Read a share of the classes alone; raises UsageError for a tar that holds them all."""
        if self.layout == "tar-of-tars":
            raise UsageError(
                f"{self._whole or self.root}: one tar holds all classes, and is read in one go;"
                f" leave out {option('shard')}"
            )
        self._share = share

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders, ordered by split and wnid; others are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        if self._whole is None:
            self._say_beside()
        for split in self._split_folders():
            if self.layout not in OF_ARCHIVES:
                for folder in self._classes(split):
                    self._is_empty = False
                    yield folder

    def names(self, folder: FolderRecord) -> list[str]:
        """Return the names of a folder's images, sorted code point by code point.

        What is no image is put into `problems`. Raises RecordError as `folders` does.
        """
        before = len(self.problems)
        names = self._class_folders.names(folder.path)
        if not names and len(self.problems) == before:
            self._say_empty(folder.path)
        return names

    def archives(self) -> Iterator[ArchiveRecord]:
        """Yield the tars, ordered by split and name; those that are not read into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        if self._whole is not None:
            yield archive_at(self._whole, self._whole.name, None)
            return
        for split in self._split_folders():
            for archive in self._tars(split):
                self._is_empty = False
                yield archive
        if self._is_empty and not self.problems:
            self._leave_out("", "holds no class folder n01234567, and no archive of one")

    def images(self, archive: ArchiveRecord) -> Iterator[ArchiveBatch]:
        """Yield the images of a tar; whatever else it holds is put into `problems`.

        Raises RecordError for a tar that is cut short or damaged.
        """
        split = archive.path.rpartition("/")[0] or None
        tar = TarImages(self.root / archive.path, SPLITS, archive.folder, split)
        yield from tar.batches()
        self.problems += tar.problems
        self.notes += tar.notes

    def _say_empty(self, folder: str) -> None:
        """Say that a class folder holds no image, unless its images are below or more was said."""
        is_said = any(one.record == shown(folder) for one in self.problems)
        if not is_said and not (self.root / folder / IMAGES).is_dir():
            self._leave_out(f"{folder}/", EMPTY)

    def _say_beside(self) -> None:
        """Put what is beside the folders and archives that are read into `problems`."""
        if self.splits:
            self.problems += beside_splits(self.root, self.splits)
        elif self.layout in OF_ARCHIVES:
            self.problems += beside_archives(self.root)
        self.problems += beside_tree(self.root, self.splits)
        if self._share is not None:
            self.problems[:] = filter(self._share.owns, self.problems)

    def _split_folders(self) -> tuple[str | None, ...]:
        return () if self._whole is not None else self.splits or (None,)

    def _classes(self, split: str | None) -> Iterator[FolderRecord]:
        prefix, entries = prefix_of(split), listed(self.root, split or "")
        unlabelled = sum(has_image_suffix(one.name) for one in entries if not is_folder(one))
        for entry, has_nested in with_nested(self._shared(entries), IMAGES, is_class):
            if not is_folder(entry):
                self._say_unread(entry, prefix)
            elif entry.name in self._from_archives(split):
                continue
            elif _WNID.fullmatch(entry.name):
                path = f"{prefix}{entry.name}"
                yield FolderRecord(path, split, entry.name, *settled_times(entry))
                if has_nested:
                    times = settled_times(self.root / path / IMAGES)
                    yield FolderRecord(f"{path}/{IMAGES}", split, entry.name, *times)
            else:
                self._say_unread(entry, prefix)
        if unlabelled and self._takes(""):
            reason = f"images in no class folder, and so without a label: {unlabelled:,}"
            self._leave_out(prefix, reason)

    def _say_unread(self, entry: Entry, prefix: str) -> None:
        """Say why what is among class folders is none, where it may be meant as one."""
        if reason := why_unread(self.root, entry, prefix):
            self._leave_out(f"{prefix}{entry.name}", reason)

    def _tars(self, split: str | None) -> Iterator[ArchiveRecord]:
        """Yield the tars of one folder that this layout reads."""
        entries = listed(self.root, split or "")
        folders = {entry.name for entry in entries if is_folder(entry)}
        for entry in entries:
            path = f"{prefix_of(split)}{entry.name}"
            if entry.name in folders:
                continue
            if not self._takes(entry.name):
                self._is_empty = False
                continue
            if reason := why_unread_archive(entry.name):
                self._leave_out(path, reason)
            elif is_archive_name(entry.name) and not is_file(entry):
                self._leave_out(path, why_no_file(entry))
            elif is_archive_name(entry.name):
                yield from self._tar(entry, split, folders)

    def _tar(self, file: Entry, split: str | None, folders: set[str]) -> Iterator[ArchiveRecord]:
        """Yield a tar if this layout reads it."""
        wnid, path = class_of(file.name), f"{prefix_of(split)}{file.name}"
        if self.layout == "tar-of-tars":
            if wnid is None:
                yield archive_at(file, path, None)
        elif wnid is None:
            self._leave_out(path, no_class_tar(file.name, self.layout))
        elif self._reads_class_tar(split, wnid, folders):
            reason = unread_reason(compression_of(path))
            if reason is None:
                yield class_archive(file, split, wnid)
            else:
                self._leave_out(path, reason)
        elif wnid not in folders:
            self._leave_out(path, f"layout {self.layout} does not read it; unpack it")

    def _reads_class_tar(self, split: str | None, wnid: str, folders: set[str]) -> bool:
        if self._asked == "tars":
            return True
        packed = self._from_archives(split)
        return self._asked is None and (wnid not in folders or wnid in packed)

    def _from_archives(self, split: str | None) -> frozenset[str]:
        """Return the classes that have a folder and are read from the archive beside it.

        Archives are read here only where both are there. Others are put into `problems`.
        """
        if split not in self._packed:
            entries = listed(self.root, split or "")
            folders = {entry.name for entry in entries if is_folder(entry)}
            both = [
                (wnid, entry)
                for entry in entries
                if (wnid := class_of(entry.name)) in folders
                and is_file(entry)
                and wnid
                and self._takes(wnid)
            ]
            chosen = (wnid for wnid, file in both if self._prefers(file, split, wnid))
            self._packed[split] = frozenset(chosen)
        return self._packed[split]

    def _prefers(self, file: Entry, split: str | None, wnid: str) -> bool:
        """Return whether a class is read from an archive, and not from its folder."""
        archive = class_archive(file, split, wnid)
        is_asked = self._asked is not None
        said = self.known.beside_folder(archive)
        if said is None:
            folder, packed = f"{prefix_of(split)}{wnid}", self.known.names(archive)
            found = compare(self.root, folder, archive, packed, is_asked=is_asked)
            if found.prefers_archive:
                self.problems += [found.issue] if found.issue else []
                return True
            said = [found.issue] if found.issue else []
        self.problems += said
        self.beside.append(archive)
        return False

    def _takes(self, name: str) -> bool:
        """Return whether a class, or what is beside classes, is to be read, by its name."""
        return self._share is None or self._share.takes(name)

    def _shared(self, entries: list[Entry]) -> list[Entry]:
        """Return what is to be read of the entries beside classes; others may read the rest."""
        mine = [one for one in entries if self._takes(one.name)]
        self._is_empty &= len(mine) == len(entries) or not any(map(is_class, entries))
        return mine

    def _leave_out(self, path: str, reason: str) -> None:
        self.problems.append(Issue(file=str(self.root), record=shown(path), reason=reason))


FORMAT = Format(
    "imagenet",
    tree_reader=ImageNetReader,
    counted="files",
    record_kind="image",
    release_of=release_of,
    exemplar_suffix=".JPEG",
    terms=terms.IMAGENET,
)
