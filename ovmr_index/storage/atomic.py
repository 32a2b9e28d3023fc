"""Files that are written whole or not at all."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.storage.file_states import give_time
from ovmr_index.storage.partial import clear_partials, partial_path
from ovmr_index.storage.regular import descriptor_of

_BUFFER = 1 << 20  # bytes
_NO_OTHER_EITHER = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}


class SmallFile(NamedTuple):
    """A file to write, one of many: the first of `targets` is written, the others are the same.

    `mtime_ns` is the time that they are given (nanoseconds); None is that of the writing.
    """

    content: bytes
    targets: Sequence[Path]
    mtime_ns: int | None = None


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` once it is complete and on the disk.

    An older file stays there until then, and gives the new one its mode and owner. A symbolic link
    stays, and the file that it points to is replaced. A device or a pipe is written into. Folders
    are made as needed. What is open already, as standard output is, is written into as it is.
    Two processes may write the same file at once: the last one wins.

    Raises:
        OvmrIndexError: The file cannot be written; then `path` is as it was.
        BrokenPipeError: Nobody reads standard output any more.
    """
    opened = descriptor_of(path)
    try:
        if opened is not None:
            with os.fdopen(os.dup(opened), "wb", buffering=_BUFFER) as file:
                yield file
            return
        before = _status(path)
        if before is not None and not stat.S_ISREG(before.st_mode):
            with _written_into(path, before) as file:
                yield file
            return
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        with _replacing(target, before) as file:
            yield file
    except OSError as error:
        if opened == 1 and isinstance(error, BrokenPipeError):
            raise
        said = f"{path}: {os_reason(error)}; nothing was written there"
        raise OvmrIndexError(f"{said}{_elsewhere(error)}") from None


def _elsewhere(error: OSError) -> str:
    """Return what to type where the disk is read-only; exports go below the root by themselves."""
    if error.errno != errno.EROFS:
        return ""
    return "; give a path on another disk, as `export exemplars -o FILE` does for one target"


def write_files(files: Iterable[SmallFile]) -> list[str | None]:
    """Write some small files, each whole or not at all; return why one could not be, or None.

    Some at a time are on the disk before the first of these gets its name, which takes a tenth of
    the time of one after the other. For their names to be on the disk, too, call `sync_folders`
    once at the end.

    Raises:
        OvmrIndexError: No other file could be written either, as on a full disk.
    """
    return [reason for some in _together(files) for reason in _write(some)]


def _together(files: Iterable[SmallFile]) -> Iterator[list[SmallFile]]:
    """Yield files in lists of a MiB: large ones alone."""
    some, size = list[SmallFile](), 0
    for file in files:
        some.append(file)
        size += len(file.content)
        if size >= _BUFFER:
            yield some
            some, size = [], 0
    yield some


def _write(files: Sequence[SmallFile]) -> list[str | None]:
    partials = [partial_path(file.targets[0]) for file in files]
    both = [*zip(partials, files, strict=True)]
    try:
        reasons = [_tried(_put, partial, file) for partial, file in both]
        reasons = [
            reason or _tried(_sync, partial)
            for reason, partial in zip(reasons, partials, strict=True)
        ]
        return [
            reason or _tried(_name, partial, file)
            for reason, (partial, file) in zip(reasons, both, strict=True)
        ]
    finally:
        for partial in partials:
            _remove(partial)


def write_whole(content: bytes, path: Path, *others: Path) -> None:
    """Write a small file that appears at `path` once it is complete and on the disk.

    `others` become hard links to it, or copies where the file system has no links.

    Raises:
        OvmrIndexError: A file cannot be written.
    """
    (reason,) = write_files([SmallFile(content, (path, *others))])
    if reason is not None:
        raise OvmrIndexError(f"{path}: {reason}; check the folder and its space")


def sync_folders(folders: Iterable[Path]) -> None:
    """Wait until the names in folders are on the disk, where the file system can say so."""
    for folder in folders:
        with suppress(OSError):
            _sync(folder)


def _status(path: Path) -> os.stat_result | None:
    """Return what is at `path`, or where its link points to; None without a file."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


@contextmanager
def _written_into(path: Path, before: os.stat_result) -> Iterator[BinaryIO]:
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with path.open("wb", buffering=_BUFFER) as file:
        yield file


@contextmanager
def _replacing(target: Path, before: os.stat_result | None) -> Iterator[BinaryIO]:
    """Open the file that replaces the one at `target`, which was as `before` says."""
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_partials(target.parent, (target.name,))
    partial = partial_path(target)
    try:
        with partial.open("xb", buffering=_BUFFER) as file:
            if before is not None:
                _give_owner_and_mode(file, before)
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        _remove(partial)
    sync_folders([target.parent])


def _give_owner_and_mode(file: BinaryIO, status: os.stat_result) -> None:
    with suppress(OSError):  # another owner takes a privilege, and some file systems have no modes
        os.fchown(file.fileno(), status.st_uid, status.st_gid)
    with suppress(OSError):
        os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))


def _put(partial: Path, file: SmallFile) -> None:
    file.targets[0].parent.mkdir(parents=True, exist_ok=True)
    with partial.open("xb") as opened:
        opened.write(file.content)
    give_time(partial, file.mtime_ns)


def _name(partial: Path, file: SmallFile) -> None:
    first, *others = file.targets
    partial.replace(first)
    for other in others:
        _link(first, other, file)


def _link(path: Path, other: Path, file: SmallFile) -> None:
    """Make `other` the same file as `path`; at no time is there none."""
    other.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(other)
    try:
        try:
            partial.hardlink_to(path)
        except OSError:  # not every file system has hard links
            partial.write_bytes(file.content)
            give_time(partial, file.mtime_ns)
            _sync(partial)
        partial.replace(other)
    finally:
        _remove(partial)  # it stays where both were the same file before


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _tried(step: Callable[..., None], *arguments: object) -> str | None:
    """Do a step; return why it failed. Raises OvmrIndexError where every other would fail, too."""
    try:
        step(*arguments)
    except OSError as error:
        reason = os_reason(error)
        if error.errno in _NO_OTHER_EITHER:
            path = error.filename or "the folder"
            raise OvmrIndexError(f"{path}: {reason}; check the folder and its space") from None
        return reason
    return None


def _remove(partial: Path) -> None:
    with suppress(OSError):  # where there is no such folder there is no such file
        partial.unlink()
