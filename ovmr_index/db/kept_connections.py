"""A pool that keeps a connection on an index for its next use: to open one reads the whole schema.

It is kept only as long as nobody else touches the file, which another process may replace, copy
over or upgrade in between. A kept one holds no lock.
"""

import atexit
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Pool
from sqlalchemy.pool import ConnectionPoolEntry

from ovmr_index.db.checked_file import Touch, touch_of

_MOST = 4  # of all engines of a process: each holds a file open and a cache of pages
_FILE = "ovmr_index.file"


# By the id of the pool, which each entry holds, the last used last. What is called of it is atomic.
_kept: OrderedDict[int, tuple[ConnectionPoolEntry, Touch]] = OrderedDict()


def close_all() -> None:
    """Close what is kept, as at the end of a process."""
    while _kept:
        _, (entry, _) = _kept.popitem()
        entry.close()


atexit.register(close_all)


class KeptConnections(Pool):
    """The connections of an engine: the one that was returned last is kept."""

    def __init__(self, path: Path, creator: Callable[[], Any]) -> None:
        """Take the file, and what opens a connection on it."""
        super().__init__(creator)
        self._path = path

    def _do_get(self) -> ConnectionPoolEntry:
        """Return the kept connection, or a new one."""
        state = touch_of(self._path)
        if kept := _kept.pop(id(self), None):
            entry, before = kept
            if before == state:
                return entry
            entry.close()
        entry = self._create_connection()
        entry.info[_FILE] = state and state.file
        return entry

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        """Keep a connection in place of another one, if it is as when it was opened."""
        state = touch_of(self._path)
        if state is None or state.file != record.info.get(_FILE) or not _is_as_opened(record):
            record.close()
            return
        self.dispose()
        _kept[id(self)] = record, state
        if len(_kept) > _MOST:
            _, (oldest, _) = _kept.popitem(last=False)
            oldest.close()

    def status(self) -> str:
        """Say whether a connection is kept."""
        return f"{type(self).__name__}: {int(id(self) in _kept)} kept"

    def dispose(self) -> None:
        """Close the kept connection."""
        if kept := _kept.pop(id(self), None):
            kept[0].close()

    def recreate(self) -> "KeptConnections":
        """Return the pool itself, which holds nothing after `dispose`."""
        return self


def _is_as_opened(record: ConnectionPoolEntry) -> bool:
    """Return whether a connection has no transaction, no temporary table and no other file."""
    driver = record.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        return False
    try:
        return not driver.in_transaction and len([*driver.execute("PRAGMA database_list")]) == 1
    except sqlite3.Error:
        return False
