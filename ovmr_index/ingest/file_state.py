"""A file as it is now: its path as the index keeps it, size, time and SHA-256."""

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.storage.file_states import time_of
from ovmr_index.storage.regular import refused_kind
from ovmr_index.storage.remote.path import RemotePath, is_content_known

_SETTLED_NS = 2_000_000_000  # a file that changed later than this ago may change unseen
_CHUNK = 1 << 22
_LARGEST = (1 << 63) - 1  # of SQLite; some file systems number by 64 bits


class FileState(NamedTuple):
    """A file as it is now: `path` as the index keeps it, size in bytes, time in nanoseconds.

    `mtime_ns` is None when the file changed so lately that its time proves nothing. `ctime_ns` is
    when anything of it changed, and `inode` its number: a file that was given the size and time of
    the one before it has others.
    """

    file: Path
    path: str
    size: int
    mtime_ns: int | None
    ctime_ns: int
    inode: int


def relative_path(path: Path, root: Path) -> str:
    """Return `path` below `root` with forward slashes, or absolute where it is elsewhere."""
    if isinstance(path, RemotePath):
        is_below = isinstance(root, RemotePath) and path.is_relative_to(root)
        return str(path.relative_to(root) if is_below else path)
    absolute, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()


def stat_files(files: Sequence[Path], root: Path) -> list[FileState]:
    """Return size and time of the files; raises RecordError for one that is not there."""
    return [_stat_file(file, root) for file in files]


def _stat_file(file: Path, root: Path) -> FileState:
    now = time.time_ns()
    try:
        status = file.stat()
    except OSError as error:
        raise RecordError(file, "", os_reason(error), "check the path") from None
    if (kind := refused_kind(status)) is not None:
        problem = f"is {kind}; a later `ingest` reads the file again"
        raise RecordError(file, "", problem, "save it to a file, and give that")
    mtime_ns = time_of(status)
    is_settled = is_content_known(status) or now - mtime_ns > _SETTLED_NS
    return FileState(
        file,
        relative_path(file, root),
        status.st_size,
        mtime_ns if is_settled else None,
        status.st_ctime_ns,
        status.st_ino & _LARGEST,
    )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal; raises RecordError if it cannot."""
    sha256 = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                sha256.update(chunk)
    except OSError as error:
        raise RecordError(file, "", os_reason(error), "check the file") from None
    return sha256.hexdigest()
