"""What is beside the class folders that are read and may be meant as well: said, with what to type.

A folder `test`, `Train` or `validation`, a class folder beside those of splits, an archive beside
what is unpacked: none of them is read, and nobody would notice.
"""

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from ovmr_index.errors import Issue, RecordError, counted
from ovmr_index.formats.imagenet_links import leads_into
from ovmr_index.formats.split_names import MEANT, SPLITS, TEST
from ovmr_index.formats.tar import class_of
from ovmr_index.storage.compression import is_archive_name, why_unread_archive
from ovmr_index.storage.links import refused_link
from ovmr_index.storage.listing import Entry, is_folder, listed, scanned, shown
from ovmr_index.storage.remote.urls import place

PROCESSED = "imagenet21k_P"  # beside which a flat tree may be
_BESIDE_OTHERS = (PROCESSED, "ImageNet-LVIS", "imagenet_l")  # trees that others are beside
_FLAT_NEIGHBOURS = ("annotations", PROCESSED)

_WNID = re.compile(r"n[0-9]{8}")
_NEARLY = re.compile(r"\W*n[\s_-]*([0-9]{8})(?:[\W_]*|[\s_-]*\([0-9]+\))", re.IGNORECASE)


def wnid_meant(name: str) -> str | None:
    """Return the wnid that a name nearly is, as `N02084071` or `n02084071 `; None for others."""
    found = _NEARLY.fullmatch(name)
    return f"n{found[1]}" if found and not _WNID.fullmatch(name) else None


def why_unread(root: Path, entry: Entry, prefix: str) -> str | None:
    """Return why an entry beside class folders is not read as one, and what to do.

    `prefix` is that of its path below `root`. None for what nobody takes for a class.
    """
    if not is_folder(entry):
        return _no_folder(entry)
    if leads_into(place(entry.path), [root]):
        return None
    path = f"{prefix}{entry.name}"
    if path in _FLAT_NEIGHBOURS:
        return _unread(root / path, path) if path == PROCESSED else None
    if wnid := wnid_meant(entry.name):
        return f"the folder's name is no wnid; rename it to {wnid}"
    return _unread(root / path, path) or "the folder's name is no wnid"


def no_class_tar(name: str, layout: str) -> str:
    """Return why an archive whose name is no wnid is not read in a layout, and what to do."""
    stem, dot, suffix = name.partition(".")
    if wnid := wnid_meant(stem):
        return f"the archive's name is no wnid; rename it to {wnid}{dot}{suffix}"
    return f"layout {layout} does not read it, but tar-of-tars"


def _no_folder(entry: Entry) -> str | None:
    """Return why what is called as a class folder or split is none, None for other files."""
    if is_folder(entry) or not (entry.name in SPLITS or _WNID.fullmatch(entry.name)):
        return None
    reason = refused_link(entry.path) if entry.is_symlink() else None
    return reason or "is called as a folder of images, and is a file"


def beside_splits(root: Path, splits: Iterable[str]) -> list[Issue]:
    """Return what is beside the folders of splits that are read, and holds images of classes."""
    entries = [entry for entry in listed(root, "") if entry.name not in set(splits)]
    classes = [one.name for one in entries if _WNID.fullmatch(one.name) and is_folder(one)]
    found = [
        _issue(root, entry.name, reason)
        for entry in entries
        if entry.name not in classes and (reason := _beside_split(entry, root))
    ]
    if classes:
        reason = _classes_beside(classes, "move them to train/")
        found.append(_issue(root, classes[0], reason))
    return found


def _beside_split(entry: Entry, root: Path) -> str | None:
    if is_folder(entry):
        if leads_into(place(entry.path), [root]):
            return None
        wnid = wnid_meant(entry.name)
        reason = f"is no split; if it is a class, move it to train/{wnid}" if wnid else None
        return _unread(place(entry.path), entry.name) or reason
    if is_archive_name(entry.name):
        return "is beside folders of splits and is not read; unpack it into one of them"
    if reason := why_unread_archive(entry.name):
        return reason
    return _no_folder(entry)


def beside_archives(root: Path) -> list[Issue]:
    """Return the folders beside the archives that are read, where these hold classes."""
    entries = listed(root, "")
    archived = {class_of(entry.name) for entry in entries}
    found: list[Issue] = []
    for entry in entries:
        if not is_folder(entry) or entry.name in archived:
            continue
        reason = _unread(place(entry.path), entry.name)
        if _WNID.fullmatch(entry.name):
            reason = "is a class folder beside archives, and the layout reads these alone"
        if reason:
            found.append(_issue(root, entry.name, reason))
    return found


def beside_tree(root: Path, splits: Iterable[str]) -> list[Issue]:
    """Return what is beside a tree in its usual folder that is read, and holds images of classes.

    Classes of which the tree, or one of its `splits`, has a folder were prepared from what is
    beside it. Links to the tree or its classes are passed over.
    """
    if root.name not in _BESIDE_OTHERS:
        return []
    above = root.parent
    parts = list(splits) or [""]
    read = {entry.name[:9] for part in parts for entry in listed(root, part)}
    try:
        entries = [entry for entry in listed(above, "") if _is_beside(entry, root)]
    except RecordError:
        return []
    classes = [one for one in entries if _is_class(one) and one.name[:9] not in read]
    names = [one.name for one in classes if not is_folder(one) or _holds_something(one)]
    place = f"{root.name}/train" if splits else root.name
    found = [
        _issue(above, entry.name, reason)
        for entry in entries
        if not _is_class(entry) and (reason := _beside_tree(entry, root.name, read))
    ]
    if names:
        quoted = shlex.quote(str(above))
        remedy = f"run `ovmr-index ingest imagenet {quoted}` to read them in its place"
        reason = _classes_beside(names, f"{remedy}, or move them to {place}/")
        found.append(_issue(above, names[0], reason))
    return found


def _is_beside(entry: Entry, root: Path) -> bool:
    """Return whether an entry is neither the tree at `root`, nor links to it or to its classes."""
    if entry.name in ("annotations", root.name):
        return False
    if entry.is_symlink():
        real, tree = (Path(os.path.realpath(one)) for one in (entry.path, root))
        return tree not in (real, real.parent)
    return _is_class(entry) or not leads_into(place(entry.path), [root])


def _beside_tree(entry: Entry, name: str, read: set[str]) -> str | None:
    """Return why a split, or a tree with other classes than are `read`, is not read beside it."""
    split = MEANT.get(entry.name.partition(".")[0].casefold())
    if not is_folder(entry):
        is_archive = is_archive_name(entry.name) or why_unread_archive(entry.name)
        where = f"{name}/{split}" if split and is_archive else None
        return where and f"is beside what is read, and is not; unpack it into {where}"
    folder = place(entry.path)
    if (held := _class_count(folder)) is None:
        return None
    if split is not None:
        remedy = f"if it belongs to {name}, move what is in it to {name}/{split}"
        return f"is beside what is read, and is not; it holds {held}: {remedy}"
    classes = {one.name[:9] for one in listed(folder, "") if _is_class(one)}
    return None if classes and classes <= read else _unread(folder, entry.name)


def _holds_something(folder: Entry) -> bool:
    try:
        with scanned(place(folder.path)) as entries:
            return any(entries)
    except OSError:
        return True


def _classes_beside(names: list[str], remedy: str) -> str:
    count = counted(len(names), "class", "classes")
    return f"{count} beside what is read, of which this is the first, not read; {remedy}"


def _unread(folder: Path, path: str) -> str | None:
    """Return what a folder is that may be a split or a tree, None for any other."""
    name = path.rpartition("/")[2].casefold()
    held = _class_count(folder)
    if "/" not in path and (split := MEANT.get(name, path)) != path:
        return f"is no split by its name; rename it to {split}, or move what is in it there"
    if held is None:
        return None
    quoted = shlex.quote(str(folder))
    if name in TEST:
        remedy = f"`ovmr-index ingest folder {quoted} --name imagenet_test` reads it"
        return f"is a split that is not read ({held}); {remedy} as a dataset"
    return f"is not read, and holds {held}; `ovmr-index ingest imagenet {quoted}` reads it instead"


def _class_count(folder: Path) -> str | None:
    """Return how many classes or folders of splits a folder holds, None for none."""
    try:
        entries = listed(folder, "")
    except RecordError:
        return None
    count = sum(_is_class(entry) for entry in entries)
    if count:
        return counted(count, "class", "classes")
    splits = [entry.name for entry in entries if entry.name in SPLITS and is_folder(entry)]
    return f"folders of splits ({', '.join(splits)})" if splits else None


def _is_class(entry: Entry) -> bool:
    if _WNID.fullmatch(entry.name):
        return is_folder(entry)
    return class_of(entry.name) is not None


def _issue(root: Path, path: str, reason: str) -> Issue:
    return Issue(file=str(root), record=shown(path), reason=reason)
