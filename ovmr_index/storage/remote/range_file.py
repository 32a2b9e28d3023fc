"""A remote file that is read from any position, by ranges.

One that follows on the range before is longer than that, and one behind a gap is shorter: so little
is read beside the headers of a tar.
"""

import errno
import io
import os
from typing import Any, Self

from ovmr_index.storage.remote.store import Store

FIRST = 64 << 10  # bytes of a first range: most headers are in it
_SHORTEST, _LONGEST = 2 << 10, 8 << 20
_MOST_KEPT = 32 << 20  # bytes


class RangeFile(io.RawIOBase):
    """A file of a store; a range that follows on the one before is longer than that."""

    def __init__(self, store: Store, url: str, size: int, *, keeps: bool = False) -> None:
        """Read nothing yet; `size` is that of the file in bytes.

        With `keeps` what is read is kept for the same reads `again`, up to 32 MiB.
        """
        self.name = url
        self._store, self._url, self._size = store, url, size
        self._position = 0
        self._start, self._held = 0, b""
        self._next = FIRST
        self._kept = dict[int, bytes]()
        self._room = _MOST_KEPT if keeps else 0

    def again(self) -> Self:
        """Go back to the start, and keep no more than is kept so far."""
        self._room = 0
        self._position, self._start, self._held, self._next = 0, 0, b"", FIRST
        return self

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read from any position."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; return it. Raises OSError for one before the start."""
        position = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if position + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = position + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as there are bytes; return how far."""
        count = max(0, min(len(buffer), self._size - self._position))
        done = 0
        while done < count:
            if not self._start <= self._position < self._start + len(self._held):
                self._fetch(count - done)
            first = self._position - self._start
            found = self._held[first : first + count - done]
            buffer[done : done + len(found)] = found
            self._position += len(found)
            done += len(found)
        return done

    def _fetch(self, count: int) -> None:
        """Hold the range that begins at the position."""
        gap = self._position - self._start - len(self._held)
        if self._held:
            self._next = 2 * self._next if gap == 0 else self._next // 4
        self._next = min(max(self._next, _SHORTEST), _LONGEST)
        end = min(self._position + max(count, self._next), self._size)
        self._start = self._position
        self._held = self._kept.get(self._start) or self._store.read(self._url, self._start, end)
        if len(self._held) <= self._room:
            self._kept[self._start] = self._held
            self._room -= len(self._held)
        if not self._held:  # the file is shorter now
            raise OSError(errno.ESTALE, "has changed while it was read", self._url)
