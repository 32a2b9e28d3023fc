"""Folders that hold nothing but links to the classes of another tree of ImageNet.

`prepare training` makes them for code that looks for ImageNet under other names. Who reads a tree
passes them over: what they lead to is read where it is.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path

from ovmr_index.errors import RecordError
from ovmr_index.formats.split_names import SPLITS
from ovmr_index.storage.compression import is_archive_name
from ovmr_index.storage.listing import Entry, is_folder, listed

_WNID = re.compile(r"n[0-9]{8}")


def class_entries(folder: Path) -> list[Entry]:
    """Return the class folders, folders of splits and archives in a folder; none if it is none."""
    try:
        entries = listed(folder, "")
    except RecordError:
        return []
    return [one for one in entries if _is_of_classes(one)]


def leads_into(folder: Path, trees: Collection[Path]) -> bool:
    """Return whether a folder is a link to one of some trees, or has only links to their classes.

    A link counts by what it says, so that two links to a tree elsewhere do not lead to each other.
    """
    places = {_place(tree) for tree in trees}
    reals = places | {_real(tree) for tree in trees}
    if folder.is_symlink() and _said(folder) in places:
        return True
    entries = class_entries(folder)
    return bool(entries) and all(
        one.is_symlink() and _said(Path(one.path)).parent in reals for one in entries
    )


def _is_of_classes(entry: Entry) -> bool:
    if is_archive_name(entry.name):
        return True
    return (entry.name in SPLITS or bool(_WNID.fullmatch(entry.name))) and is_folder(entry)


def _said(link: Path) -> Path:
    """Return the path that a link says, where links above it are followed."""
    return _place(link.parent / link.readlink())


def _place(path: Path) -> Path:
    """Return a path where links above it are followed, and it is not."""
    plain = Path(os.path.normpath(path))
    return _real(plain.parent) / plain.name


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
