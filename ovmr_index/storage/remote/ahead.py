"""Folders of a store listed ahead of their use, many at once, a bounded number of them."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from ovmr_index.processes import has_room
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.store import THREADS, RemoteEntry, store_of

_Listing = Future[list[RemoteEntry]]


class _Ahead:
    """Listings that were asked for, by address, until each is taken once."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._coming: Iterator[str] = iter(())
        self._listings: dict[str, _Listing] = {}

    def start(self, urls: Iterable[str]) -> None:
        self._pool, self._coming = ThreadPoolExecutor(THREADS), iter(urls)
        self._ask(2 * THREADS)

    def stop(self) -> None:
        pool, self._pool = self._pool, None
        self._listings.clear()
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def take(self, url: str) -> list[RemoteEntry] | None:
        """Return the listing of a folder, None where it was not asked for."""
        listing = self._listings.pop(url, None)
        if listing is None:
            return None
        self._ask(1)
        return listing.result()

    def _ask(self, count: int) -> None:
        if self._pool is not None:
            for url in islice(self._coming, count):
                self._listings[url] = self._pool.submit(store_of(url).entries, url)


_ahead = _Ahead()


@contextmanager
def listed_ahead(root: Path | None, paths: Iterable[str]) -> Iterator[None]:
    """List folders below a remote root ahead of their use in the block, in their order.

    Nothing is done for a folder on a disk.
    """
    if not isinstance(root, RemotePath) or not has_room():
        yield
        return
    _ahead.start(f"{root}/{path}" for path in paths)
    try:
        yield
    finally:
        _ahead.stop()


def entries(folder: RemotePath) -> Iterator[RemoteEntry]:
    """Return what a folder holds, which may have been listed ahead; raises OSError."""
    url = str(folder)
    found = _ahead.take(url)
    return iter(folder.entries() if found is None else found)
