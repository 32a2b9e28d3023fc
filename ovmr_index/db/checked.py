"""The connection by which an index was checked, for its first use: to open one reads the schema.

Nothing heavy is imported: the check comes before all else that a command does.
"""

import os
import sqlite3
import weakref
from pathlib import Path
from typing import NamedTuple


class Touch(NamedTuple):
    """A file as a process finds it; another one must not use the connection."""

    file: tuple[int, int]
    size: int
    mtime_ns: int
    ctime_ns: int
    process: int


def touch_of(path: Path) -> Touch | None:
    """Return what tells whether somebody touched an index; None where no connection can be kept.

    With a write-ahead log whoever closes the last connection removes it.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    if path.with_name(f"{path.name}-wal").exists():
        return None
    file = found.st_dev, found.st_ino
    return Touch(file, found.st_size, found.st_mtime_ns, found.st_ctime_ns, os.getpid())


class CheckedFile:
    """An index that was opened to be checked; what nobody takes is closed with the last reference.

    It holds no lock.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, before: Touch | None) -> None:
        """Take a connection, and the file as it was before that was opened."""
        self._path, self._connection, self._before = path, connection, before
        self._close = weakref.finalize(self, connection.close)

    def take(self) -> sqlite3.Connection | None:
        """Return the connection, once, if nobody has touched the file since."""
        if self._before is None or self._before != touch_of(self._path):
            self.close()
        return self._connection if self._close.detach() is not None else None

    def close(self) -> None:
        """Close the connection, unless somebody has taken it."""
        self._close()
