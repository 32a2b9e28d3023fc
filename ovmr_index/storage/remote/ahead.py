"""Folders of a store listed, and tars walked through, ahead of their use: several at once.

How many wait for their use is bounded.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar, cast

from ovmr_index.processes import has_room
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.range_file import RangeFile
from ovmr_index.storage.remote.store import THREADS, RemoteEntry, store_of

T = TypeVar("T")

_TARS = 8  # that are walked through at once: what is kept of each takes some MiB


class _Ahead(Generic[T]):
    """What is made of addresses in other threads, until each is taken once."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._make: Callable[[str], T]
        self._coming: Iterator[str] = iter(())
        self._made: dict[str, Future[T]] = {}

    @contextmanager
    def of(self, make: Callable[[str], T], urls: Iterable[str]) -> Iterator[None]:
        """Make something of addresses in the block, in their order."""
        if not has_room():
            yield
            return
        with ThreadPoolExecutor(self._threads) as pool:
            self._pool, self._make, self._coming = pool, make, iter(urls)
            self._start(2 * self._threads)
            try:
                yield
            finally:
                self._pool = None
                self._made.clear()
                pool.shutdown(cancel_futures=True)

    def take(self, url: str) -> T | None:
        """Return what was made of an address, None where nothing was asked for."""
        made = self._made.pop(url, None)
        if made is None:
            return None
        self._start(1)
        return made.result()

    def _start(self, count: int) -> None:
        if self._pool is not None:
            for url in islice(self._coming, count):
                self._made[url] = self._pool.submit(self._make, url)


_listings = _Ahead[list[RemoteEntry]](THREADS)
_walked = _Ahead[RangeFile](_TARS)


@contextmanager
def listed_ahead(root: Path | None, paths: Iterable[str]) -> Iterator[None]:
    """List folders below a remote root ahead of their use in the block, in their order.

    Nothing is done for a folder on a disk.
    """
    if not isinstance(root, RemotePath):
        yield
        return
    with _listings.of(lambda url: store_of(url).entries(url), (f"{root}/{one}" for one in paths)):
        yield


def entries(folder: RemotePath) -> Iterator[RemoteEntry]:
    """Return what a folder holds, which may have been listed ahead; raises OSError."""
    found = _listings.take(str(folder))
    return iter(folder.entries() if found is None else found)


@contextmanager
def walked_ahead(
    root: Path, paths: Iterable[str], walk: Callable[[BinaryIO], None]
) -> Iterator[None]:
    """Walk through files below a remote root ahead of their use in the block, in their order.

    Who opens one there meets what the walk has read. Nothing is done for a file on a disk.
    """

    def walked(url: str) -> RangeFile:
        store = store_of(url)
        file = RangeFile(store, url, store.status(url).size, keeps=True)
        walk(cast(BinaryIO, file))
        return file.again()

    if not isinstance(root, RemotePath) or not store_of(str(root)).has_ranges:
        yield
        return
    with _walked.of(walked, (f"{root}/{path}" for path in paths)):
        yield


def opened_ahead(url: str) -> RangeFile:
    """Return a remote file to be read by ranges, which may have been walked through."""
    store = store_of(url)
    return _walked.take(url) or RangeFile(store, url, store.status(url).size)
