"""Files by path or address: what they are, a part of one, all of one, many at once.

A file on a disk is read as ever; what is remote is asked of its store.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from ovmr_index.processes import in_threads
from ovmr_index.storage.remote.ahead import opened_ahead
from ovmr_index.storage.remote.errors import ChangedError
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.range_file import RangeFile
from ovmr_index.storage.remote.store import THREADS, store_of

T = TypeVar("T")
R = TypeVar("R")

_BUFFER = 1 << 20  # bytes


def is_remote(path: str) -> bool:
    """Return whether a path is an address: no path of a disk has two slashes after a colon."""
    return "://" in path


def status_of(path: str) -> os.stat_result:
    """Return the status of a file, whose links are followed; raises OSError without one."""
    return RemotePath(path).stat() if "://" in path else os.stat(path)


def read_part(path: str, start: int, count: int) -> bytes:
    """Return `count` bytes of a file from `start` on, fewer where it ends before.

    Raises OSError.
    """
    if not is_remote(path):
        with io.FileIO(path) as file:
            file.seek(start)
            return file.read(count)
    store = store_of(path)
    if not store.has_ranges:
        return RemotePath(path).read_bytes()[start : start + count]
    return store.read(path, start, start + count)


def read_whole(path: str) -> bytes:
    """Return the bytes of a file; raises OSError."""
    return store_of(path).read(path) if is_remote(path) else Path(path).read_bytes()


class RemoteBytes(io.BytesIO):
    """All of a remote file, in memory; `name` is its address."""

    def __init__(self, path: str) -> None:
        """Read the file; raises OSError."""
        super().__init__(read_whole(path))
        self.name = path


def remote_file(path: str, size: int) -> BinaryIO:
    """Return a remote file of so many bytes, which is read by ranges as far as it is needed.

    The first range is read at once. Raises OSError.
    """
    file = io.BufferedReader(RangeFile(store_of(path), path, size))
    file.peek()
    return cast(BinaryIO, file)


@contextmanager
def opened_anywhere(path: str | Path, buffering: int = 0) -> Iterator[BinaryIO]:
    """Open a file to be read from any position, with a buffer of so many bytes on a disk.

    Raises OSError where it cannot be opened.
    """
    name = str(path)
    if not is_remote(name) or not store_of(name).has_ranges:
        with (RemotePath(name) if is_remote(name) else Path(name)).open("rb", buffering) as file:
            yield file
        return
    yield cast(BinaryIO, opened_ahead(name))


@contextmanager
def opened_unchanged(path: str | Path, buffering: int) -> Iterator[BinaryIO]:
    """Open a file as `opened_anywhere`; raises ChangedError for a remote one that changed."""
    name = str(path)
    before = store_of(name).status(name) if is_remote(name) else None
    with opened_anywhere(path, buffering) as file:
        yield file
    if before is not None and store_of(name).status(name) != before:
        raise ChangedError(name)


def many(function: Callable[[T], R], items: Iterable[T], *, remote: bool) -> Iterator[R]:
    """Yield what a function makes of items, in order: many at once where they are remote."""
    return in_threads([function] * THREADS, items) if remote else map(function, items)
