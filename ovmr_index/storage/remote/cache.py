"""Whole remote files as copies in the user's cache folder: checked before each use, and bounded.

A file has a folder, and in it a copy whose name tells the size and version that it was made of. It
appears whole or not at all. Older copies of a file go with a newer one, and those used longest ago
where all are more than may be kept.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.storage.bounded_cache import user_cache_folder
from ovmr_index.storage.partial import clear_partials, partial_path
from ovmr_index.storage.remote.errors import ChangedError
from ovmr_index.storage.remote.store import Status, Store, store_of

VARIABLE = "OVMR_INDEX_CACHE"
MOST_BYTES = 20 << 30  # of all copies

_DIGITS = 40  # of a hash in a name


def cache_folder() -> Path:
    """Return the folder of the copies: `OVMR_INDEX_CACHE`, or one in the user's cache folder."""
    given = os.environ.get(VARIABLE)
    found = Path(given) if given else user_cache_folder("ovmr-index")
    return (found or Path(tempfile.gettempdir()) / f"ovmr-index-{os.getuid()}") / "remote"


def local_copy(url: str) -> Path:
    """Return the path of a copy of a file as it is now, which is made where there is none.

    Raises:
        FileNotFoundError: There is no such file.
        StoreError: The store cannot be reached, does not let us in, or has changed the file
            meanwhile.
        OvmrIndexError: The copy cannot be written.
    """
    store = store_of(url)
    status = store.status(url)
    if status.is_folder:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), url)
    folder = cache_folder() / _hash(url)
    copy = folder / _hash(f"{status.size} {status.version}")
    if _size(copy) == status.size:
        with suppress(OSError):
            os.utime(copy)
        return copy
    try:
        _make(store, url, status, copy)
    except FileNotFoundError:
        raise
    except OSError as error:
        problem = f"the copy cannot be written: {os_reason(error)}"
        remedy = f"make room, or name another folder by {VARIABLE}"
        raise OvmrIndexError(f"{folder.parent}: {problem}; {remedy}") from None
    _shrink(folder.parent, keep=copy)
    return copy


def _make(store: Store, url: str, status: Status, copy: Path) -> None:
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    clear_partials(copy.parent)
    partial = partial_path(copy)
    try:
        store.copy(url, partial, status)
        if store.status(url)[1:] != status[1:] or (status.size and _size(partial) != status.size):
            raise ChangedError(url)
        partial.replace(copy)
    finally:
        with suppress(OSError):
            partial.unlink()
    for other in list(copy.parent.iterdir()):
        if other != copy and not other.name.startswith("."):
            with suppress(OSError):
                other.unlink()


def _shrink(folder: Path, keep: Path) -> None:
    """Delete the copies used longest ago, where all are more than may be kept."""
    copies = sorted(_copies(folder))
    total = sum(size for _, size, _ in copies)
    for _, size, path in copies:
        if total <= MOST_BYTES:
            return
        if path != str(keep):
            with suppress(OSError):
                Path(path).unlink()
            total -= size


def _copies(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Yield when each copy was used last, its size in bytes and its path."""
    for below, _, names in os.walk(folder):
        for name in names:
            path = f"{below}/{name}"
            with suppress(OSError):
                status = os.lstat(path)
                yield status.st_mtime, status.st_size, path


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
