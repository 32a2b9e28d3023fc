"""A folder a class: any images, in folders that are called by a wnid or by any other name."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.formats.base import Format
from ovmr_index.formats.class_folder import EMPTY, ClassFolders, why_no_name
from ovmr_index.formats.tree_records import FolderRecord
from ovmr_index.storage.compression import UNREAD, is_archive_name, why_unread_archive
from ovmr_index.storage.image_names import has_image_suffix
from ovmr_index.storage.links import refused_link
from ovmr_index.storage.listing import Entry, is_folder, listed, settled_times, shown

_WNID = re.compile(r"n[0-9]{8}")
# What systems put beside the folders of people: of a zip, thumbnails, deleted files.
_OF_SYSTEMS = (
    *("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"),
    "__pycache__",
)


class FolderReader:
    """A tree of class folders, one level deep; names that begin with a dot are passed over."""

    def __init__(self, root: Path) -> None:
        """List nothing yet."""
        self.root = root
        self.problems: list[Issue] = []
        self._class_folders = ClassFolders(root, self.problems)

    def follow_links(self) -> None:
        """Take links that lead out of the tree as well."""
        self._class_folders.follow_links = True

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders by name; images beside them are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        loose, is_empty = 0, True
        for entry in listed(self.root, ""):
            if not is_folder(entry):
                loose += has_image_suffix(entry.name)
                self._say_no_folder(entry)
            elif entry.name in _OF_SYSTEMS:
                self._leave_out(entry.name, "is a folder of the system, and no class")
            elif reason := why_no_name(entry.name):
                self._leave_out(entry.name, f"the folder's name {reason}")
            else:
                is_empty = False
                wnid = entry.name if _WNID.fullmatch(entry.name) else None
                yield FolderRecord(entry.name, None, wnid, *settled_times(entry))
        if loose:
            what = "1 image is" if loose == 1 else f"{loose:,} images are"
            self._leave_out("", f"{what} in no class folder")
        if is_empty and not self.problems:
            self._leave_out("", "holds no class folder")

    def _say_no_folder(self, entry: Entry) -> None:
        """Say what is beside class folders, and may be meant as one."""
        reason = refused_link(entry.path) if entry.is_symlink() else None
        if reason is None:
            is_whole = is_archive_name(entry.name)
            reason = UNREAD if is_whole else why_unread_archive(entry.name)
        if reason is not None:
            self._leave_out(entry.name, reason)

    def names(self, folder: FolderRecord) -> list[str]:
        """Return the names of a folder's images, sorted code point by code point.

        Images are known by their suffix, in upper or lower case, or without one by their first
        bytes. What else there is is put into `problems`. Raises RecordError as `folders` does.
        """
        before = len(self.problems)
        names = self._class_folders.names(folder.path)
        if not names and self._holds_folders(folder.path):
            quoted = shlex.quote(str(self.root / folder.path))
            reason = f"holds folders and no image; if they are the classes, give {quoted} instead"
            self._leave_out(f"{folder.path}/", reason)
        elif not names and len(self.problems) == before:
            self._leave_out(f"{folder.path}/", EMPTY)
        return names

    def _holds_folders(self, path: str) -> bool:
        return any(is_folder(entry) for entry in listed(self.root, path))

    def _leave_out(self, path: str, reason: str) -> None:
        self.problems.append(Issue(file=str(self.root), record=shown(path), reason=reason))


FORMAT = Format(
    "folder",
    tree_reader=lambda root, _: FolderReader(root),
    counted="files",
    record_kind="image",
    is_vocabulary=True,
)
