"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ovmr_index.errors import OvmrIndexError, os_reason

_BUFFER = 1 << 20  # bytes


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` once it is complete and on the disk.

    An older file stays there until then. Folders are made as needed. Two processes may write the
    same file at once: the last one wins.

    Raises:
        OvmrIndexError: The file cannot be written; then `path` is as it was.
    """
    partial = partial_path(path, os.getpid())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        reason = os_reason(error)
        raise OvmrIndexError(f"{path}: {reason}; nothing was written there") from None
    finally:
        _remove(partial)


def write_whole(content: bytes, path: Path, *others: Path) -> None:
    """Write a small file, one of many, that appears at `path` once it is complete.

    `others` become hard links to it, or copies where the file system has no links. Nothing waits
    for the disk: a run that was stopped writes again what is missing.

    Raises:
        OvmrIndexError: A file cannot be written.
    """
    try:
        _write(content, path)
        for other in others:
            _link(path, other, content)
    except OSError as error:
        reason = os_reason(error)
        raise OvmrIndexError(f"{path}: {reason}; check the folder and its space") from None


def partial_path(path: Path, process: int | None = None) -> Path:
    """Return the name that a file has until it is complete: hidden, in the same folder.

    The number of a `process` keeps apart two that write the same file. Without it the name is
    always the same, so that the next run writes over what a kill left.
    """
    owner = "" if process is None else f".{process}"
    return path.with_name(f".{path.name}{owner}.partial")


def _write(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(path)
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        _remove(partial)
        raise


def _link(path: Path, other: Path, content: bytes) -> None:
    other.parent.mkdir(parents=True, exist_ok=True)
    other.unlink(missing_ok=True)
    try:
        other.hardlink_to(path)
    except OSError:  # not every file system has hard links
        _write(content, other)


def _remove(partial: Path) -> None:
    with suppress(OSError):  # where there is no such folder there is no such file
        partial.unlink()
