"""What the folder of each class is called, so that every disk and loader takes it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args

from ovmr_index.errors import UsageError, alternatives, option
from ovmr_index.export.crop_layouts import METADATA
from ovmr_index.export.crop_records import ClassRecord
from ovmr_index.storage.paths import short_name

FolderNames = Literal["id", "name", "index", "wnid"]
FOLDER_NAMES: tuple[FolderNames, ...] = get_args(FolderNames)

_RESERVED = (METADATA, "croissant.json", "readme.md")  # files beside the folders
_UNSAFE = re.compile(r'[/\\:*?"<>|]')  # on some file system, or in the paths of some loader
# Hugging Face takes a folder for that of a split where one of these words is in its name, between
# its ends, digits and these signs.
_SPLITS = re.compile(
    r"(?<![^-._ 0-9])"
    r"(train|training|validation|valid|dev|val|test|testing|eval|evaluation)"
    r"(?![^-._ 0-9])"
)
_CALLED: Mapping[FolderNames, Callable[[ClassRecord], str]] = {
    "id": lambda one: f"{one.category_id}",
    "name": lambda one: one.name,
    "index": lambda one: f"{one.label}",
    "wnid": lambda one: one.wnid or one.name,
}


def class_folders(classes: Iterable[ClassRecord], names: FolderNames) -> dict[int, str]:
    """Return the name of each class's folder by the id of its category; no two are the same.

    What cannot be part of a path is `_`. Names that differ in upper and lower case alone, or are
    the same, are followed by the id of their category.

    Args:
        classes: The classes.
        names: By what they are called: the id of the category, its name, its index (0-based), or
            its wnid, for which the name stands where there is none.

    Raises:
        UsageError: There is no such kind of names.
    """
    if names not in FOLDER_NAMES:
        raise UsageError(f"{option('folders')} is {names}; give {alternatives([*FOLDER_NAMES])}")
    found = {one.category_id: safe_folder(_CALLED[names](one)) for one in classes}
    while shared := _shared(found):
        found |= {key: f"{found[key]}_{key}" for key in shared}
    return found


def safe_folder(name: str) -> str:
    """Return a name that a folder can have on every disk, and that no loader leaves out.

    Loaders pass over names with a dot or two underscores before them.
    """
    shown = "".join(sign if sign.isprintable() else "_" for sign in name)
    shown = re.sub(r"^(\.+|_{2,}|\s+)|[.\s]+$", "_", _UNSAFE.sub("_", shown)) or "_"
    shown = _SPLITS.sub(lambda word: word[0].capitalize(), shown)
    return short_name(f"{shown}_" if _folded(shown) in _RESERVED else shown)


def _shared(names: Mapping[int, str]) -> list[int]:
    """Return the keys whose names some file system takes for that of another one."""
    alike: dict[str, list[int]] = {}
    for key, name in names.items():
        alike.setdefault(_folded(name), []).append(key)
    return [key for keys in alike.values() if len(keys) > 1 for key in keys]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
