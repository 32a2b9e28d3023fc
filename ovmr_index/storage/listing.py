"""Folders listed in a fixed order, whatever the order of the file system."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.storage.file_states import time_of
from ovmr_index.storage.remote.ahead import entries
from ovmr_index.storage.remote.path import RemotePath, is_content_known
from ovmr_index.storage.remote.store import RemoteEntry

Entry = os.DirEntry[str] | RemoteEntry

_SETTLED_NS = 2_000_000_000  # a file that changed more recently may change again, unnoticed


def scanned(folder: Path) -> AbstractContextManager[Iterator[Entry]]:
    """Return what a folder holds, in any order, to be used in a `with` block.

    Raises OSError where it cannot be listed.
    """
    return nullcontext(entries(folder)) if isinstance(folder, RemotePath) else os.scandir(folder)


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, in any order; raises OSError where it cannot be listed."""
    if isinstance(folder, RemotePath):
        return [entry.name for entry in folder.entries()]
    return os.listdir(folder)


def listed(root: Path, path: str) -> list[Entry]:
    """Return what a folder below `root` holds, by name, code point by code point.

    Names that begin with a dot are left out.

    Raises:
        RecordError: The folder cannot be listed.
    """
    try:
        with scanned(root / path) as entries:
            found = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise unlistable(root, path, error) from None
    return sorted(found, key=lambda entry: entry.name)


def is_folder(entry: Entry) -> bool:
    """Return whether an entry is a folder or a link to one; a loop of links is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_file(entry: Entry) -> bool:
    """Return whether an entry is a plain file or a link to one; a loop of links is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def unlistable(root: Path, path: str, error: OSError) -> RecordError:
    """Return the error of a folder below `root` that cannot be listed."""
    problem = os_reason(error)
    return RecordError(root, path, problem, "check the folder and its permissions")


def settled_times(entry: Entry | Path) -> tuple[int | None, int]:
    """Return mtime and ctime (nanoseconds), None for an mtime that is too recent to rely on.

    Nothing sets a ctime back: `tar` and `cp -a` give a folder its old mtime again once they have
    put files into it.
    """
    now = time.time_ns()
    status = entry.stat()
    mtime_ns = time_of(status)
    is_known = is_content_known(status) or now - mtime_ns > _SETTLED_NS
    return mtime_ns if is_known else None, status.st_ctime_ns


def is_text(name: str) -> bool:
    """Return whether a name is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(path: str) -> str:
    """Return a path as text that can be printed and stored."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
