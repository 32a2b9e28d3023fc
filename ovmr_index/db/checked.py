"""The connection by which an index was checked, for its first use: to open another takes a while.

SQLite reads the whole schema, and a server starts a process. Nothing heavy is imported: the check
comes before all else that a command does.
"""

import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


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


class Checked:
    """A connection of the driver in no transaction, which the engine takes for its first use.

    Where nobody has taken it, it is closed with the last reference to this. A forked process
    neither gets nor closes it.
    """

    def __init__(self, connection: Any, is_as_before: Callable[[], bool]) -> None:
        """Take a connection, and what says whether it can still be used."""
        self.connection, self._is_as_before = connection, is_as_before
        self._process = os.getpid()
        self._close = weakref.finalize(self, _close, connection, self._process)

    def take(self) -> Any | None:
        """Return the connection, once, if it can still be used."""
        if self._close.detach() is None:
            return None
        if os.getpid() == self._process and self._is_as_before():
            return self.connection
        _close(self.connection, self._process)
        return None

    def close(self) -> None:
        """Close the connection, unless somebody has taken it."""
        self._close()


def _close(connection: Any, process: int) -> None:
    if os.getpid() == process:
        connection.close()
