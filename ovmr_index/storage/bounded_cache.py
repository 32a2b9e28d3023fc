"""A folder of small files that can be made again: bounded, the least recently used go first."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_KEPT = 0.9  # of the bound: what is left when files are deleted
_LOOK_EVERY = 0.02  # of the bound: what is written between two looks at the whole folder
_USED_SECONDS = 3_600  # after which the use of a file is noted again


def user_cache_folder(name: str) -> Path | None:
    """Return the folder of that name in the user's cache folder; None for a user without a home.

    See https://specifications.freedesktop.org/basedir-spec: a relative `XDG_CACHE_HOME` is none.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given.startswith("/"):
        return Path(given) / name
    try:
        return Path.home() / ".cache" / name
    except RuntimeError:
        return None


class BoundedCache:
    """Files by their keys, of at most so many bytes.

    Several processes may use one folder. A file appears whole or not at all. What cannot be read or
    written, as on a full disk, is not kept, and nothing is raised.
    """

    def __init__(self, folder: Path | None, most_bytes: int) -> None:
        """Take the folder, which is made once it is needed; None keeps nothing."""
        self._folder, self._most = folder, most_bytes
        self._written = most_bytes  # so that the first file written has the folder looked at
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """Return the content of a file, None where it is not kept; its use is noted."""
        if self._folder is None:
            return None
        path = self._path(self._folder, key)
        try:
            with path.open("rb") as file:
                is_old = time.time() - os.fstat(file.fileno()).st_mtime > _USED_SECONDS
                content = file.read()
        except OSError:
            return None
        if is_old:
            with suppress(OSError):
                os.utime(path)
        return content or None

    def put(self, key: str, content: bytes) -> None:
        """Keep a file; now and then the least recently used are deleted."""
        if self._folder is None:
            return
        path = self._path(self._folder, key)
        partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            return
        if self._is_due(len(content)):
            self._shrink(self._folder)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / key[:2] / key[2:]

    def _is_due(self, count: int) -> bool:
        """Return whether so much was written that the folder is to be looked at."""
        with self._lock:
            self._written += count
            if self._written <= self._most * _LOOK_EVERY:
                return False
            self._written = 0
            return True

    def _shrink(self, folder: Path) -> None:
        """Delete the least recently used files, where all are more than may be kept."""
        files = sorted(_files(folder))
        total = sum(size for _, size, _ in files)
        if total <= self._most:
            return
        for _, size, path in files:
            if total <= self._most * _KEPT:
                return
            with suppress(OSError):
                Path(path).unlink()
            total -= size


def _files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Yield when each file was used last, its size in bytes and its path."""
    for below, _, names in os.walk(folder):
        for name in names:
            path = f"{below}/{name}"
            with suppress(OSError):
                status = os.lstat(path)
                yield status.st_mtime, status.st_size, path
