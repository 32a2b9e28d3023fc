"""A folder a class: pictures of one's own, in folders that bear a wnid or any other name."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.formats.records import FolderRecord, ReadProblem
from ovmr_index.storage.listing import is_text, listed, settled_time, shown

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")

_WNID = re.compile(r"n[0-9]{8}")


class FolderReader:
    """A tree of class folders, one level deep; names that begin with a dot are passed over."""

    def __init__(self, root: Path) -> None:
        """Remember the place; nothing is listed yet."""
        self.root = root
        self.problems: list[ReadProblem] = []

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders by name; pictures beside them are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        loose = 0
        for entry in listed(self.root, ""):
            if not entry.is_dir():
                loose += _is_picture(entry)
            elif is_text(entry.name):
                wnid = entry.name if _WNID.fullmatch(entry.name) else None
                yield FolderRecord(entry.name, None, wnid, settled_time(entry))
            else:
                self._leave_out(entry.name, "the folder's name is not UTF-8")
        if loose:
            self._leave_out("", f"{loose} pictures lie in no class folder")

    def names(self, folder: FolderRecord) -> list[str]:
        """Return the names of a folder's pictures, sorted code point by code point.

        Pictures are told by their suffix, in upper or lower case. A folder within it, and a name
        that is no UTF-8 text, are put into `problems`. Raises RecordError as `folders` does.
        """
        names = []
        for entry in listed(self.root, folder.path):
            if entry.is_dir():
                self._leave_out(f"{folder.path}/{entry.name}", "is a folder within a class folder")
            elif _is_picture(entry):
                if is_text(entry.name):
                    names.append(entry.name)
                else:
                    reason = "the picture's name is not UTF-8"
                    self._leave_out(f"{folder.path}/{entry.name}", reason)
        return names

    def _leave_out(self, path: str, reason: str) -> None:
        self.problems.append(ReadProblem(str(self.root), shown(path), reason))


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES)
