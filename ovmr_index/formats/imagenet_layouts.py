"""How the classes of ImageNet are stored: the layouts that are read, and which one a tree has."""

import re
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.formats.split_names import SPLITS
from ovmr_index.formats.tar import class_of
from ovmr_index.storage.compression import is_archive_name
from ovmr_index.storage.listing import Entry, is_folder, listed

OF_ARCHIVES = ("tars", "tar-of-tars")
LAYOUTS = ("21k-p", "1k", "flat", *OF_ARCHIVES)

_WNID = re.compile(r"n[0-9]{8}")
_CLASSES_OF_1K = 1_000


def layout_of(root: Path, splits: Sequence[str]) -> str:
    """Return the layout by what is in the folders of splits, or in the root where there are none.

    Raises RecordError for a folder that cannot be listed.
    """
    names = {split: listed(root, split) for split in splits or ("",)}
    found = [entry for entries in names.values() for entry in entries]
    if any(map(is_class, found)):
        if not splits:
            return "flat"
        is_1k = len(names.get("train", ())) <= _CLASSES_OF_1K and SPLITS[2] not in splits
        return "1k" if is_1k else "21k-p"
    if any(class_of(entry.name) for entry in found):
        return "tars"
    if any(is_archive_name(entry.name) for entry in found):
        return "tar-of-tars"
    return "21k-p" if splits else "flat"


def is_class(entry: Entry) -> bool:
    """Return whether an entry is the folder of a class."""
    return _WNID.fullmatch(entry.name) is not None and is_folder(entry)
