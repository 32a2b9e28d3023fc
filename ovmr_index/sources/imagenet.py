"""ImageNet-21K: a folder is a wnid, in the three folders of ImageNet-21K-P or in a flat tree.

Layout: "ImageNet-21K Pretraining for the Masses" (Ridnik et al., 2021), its processing script.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import RecordError
from ovmr_index.records import FolderRecord, ReadProblem

SPLITS = ("train", "val", "imagenet21k_small_classes")
SUFFIXES = (".JPEG", ".jpg", ".jpeg", ".png")
FLAT_NEIGHBOURS = ("annotations", "imagenet21k_P")

_WNID = re.compile(r"n[0-9]{8}")
_SETTLED_NS = 2_000_000_000  # a folder that changed later than this ago may change unseen


class ImageNetReader:
    """A tree of class folders: `train/n…`, `val/n…`, `imagenet21k_small_classes/n…`, or `n…`."""

    def __init__(self, root: Path) -> None:
        """Look which of the three folders are there; nothing is listed yet."""
        self.root = root
        self.problems: list[ReadProblem] = []
        self.splits = tuple(name for name in SPLITS if (root / name).is_dir())

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders, ordered by split and wnid; others are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        if not self.splits:
            yield from self._classes("", None)
        for split in self.splits:
            yield from self._classes(f"{split}/", split)

    def names(self, folder: FolderRecord) -> list[str]:
        """Return the names of a folder's pictures, sorted code point by code point.

        A name that is no UTF-8 text is put into `problems`. Raises RecordError as `folders` does.
        """
        try:
            names = os.listdir(self.root / folder.path)
        except OSError as error:
            raise self._unlistable(folder.path, error) from None
        return sorted(
            name
            for name in names
            if name.endswith(SUFFIXES)
            and not name.startswith(".")
            and (name.isascii() or self._is_text(folder, name))
        )

    def _classes(self, prefix: str, split: str | None) -> Iterator[FolderRecord]:
        now = time.time_ns()
        try:
            with os.scandir(self.root / prefix) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise self._unlistable(prefix, error) from None
        for entry in found:
            if entry.name.startswith(".") or not entry.is_dir():
                continue
            if _WNID.fullmatch(entry.name):
                mtime_ns = entry.stat().st_mtime_ns
                settled = mtime_ns if now - mtime_ns > _SETTLED_NS else None
                yield FolderRecord(f"{prefix}{entry.name}", split, entry.name, settled)
            elif split is not None or entry.name not in FLAT_NEIGHBOURS:
                self._leave_out(f"{prefix}{entry.name}", "the folder's name is no wnid")

    def _is_text(self, folder: FolderRecord, name: str) -> bool:
        try:
            name.encode()
        except UnicodeEncodeError:
            self._leave_out(f"{folder.path}/{name}", "the picture's name is not UTF-8")
            return False
        return True

    def _leave_out(self, path: str, reason: str) -> None:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        self.problems.append(ReadProblem(str(self.root), shown, reason))

    def _unlistable(self, path: str, error: OSError) -> RecordError:
        problem = error.strerror or str(error)
        return RecordError(self.root, path, problem, "check the folder and its permissions")
