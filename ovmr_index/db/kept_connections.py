"""A pool that keeps a connection on an index for its next use: to open one reads the whole schema.

A kept one holds no lock, has no transaction and no temporary tables.
"""

import atexit
import os
import sqlite3
from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from sqlalchemy import Pool
from sqlalchemy.pool import ConnectionPoolEntry

from ovmr_index.db.checked import Touch, touch_of

_MOST = 4  # of all engines of a process: each holds a file open and a cache of pages
_STATE = "ovmr_index.state"

# By the id of the pool, which each entry holds, the last used last. What is called of it is atomic.
_kept: OrderedDict[int, tuple[ConnectionPoolEntry, Hashable]] = OrderedDict()


def close_all() -> None:
    """Close what is kept, as at the end of a process, and before another one shares it."""
    while _kept:
        _, (entry, _) = _kept.popitem()
        entry.close()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=close_all)


class KeptConnections(Pool):
    """The connections of an engine: the one that was returned last is kept."""

    def _do_get(self) -> ConnectionPoolEntry:
        """Return the kept connection, or a new one."""
        state = self._state()
        if kept := _kept.pop(id(self), None):
            entry, before = kept
            if before == state:
                return entry
            entry.close()
        entry = self._create_connection()
        entry.info[_STATE] = state
        return entry

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        """Keep a connection in place of another one, if it is as when it was opened."""
        state = self._state()
        if state is None or not self._is_as_opened(record, state):
            record.close()
            return
        self.dispose()
        _kept[id(self)] = record, state
        if len(_kept) > _MOST:
            _, (oldest, _) = _kept.popitem(last=False)
            oldest.close()

    @abstractmethod
    def _state(self) -> Hashable:
        """Return what must be the same when a kept connection is used; None where none is kept."""

    @abstractmethod
    def _is_as_opened(self, record: ConnectionPoolEntry, state: Any) -> bool:
        """Return whether a connection can be kept in a state, or make it so."""

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


class FileConnections(KeptConnections):
    """Those on a file, of which one is kept as long as nobody else touches it.

    Another process may replace it, copy over it or upgrade it in between.
    """

    def __init__(self, path: Path, creator: Callable[[], Any]) -> None:
        """Take the file, and what opens a connection on it."""
        super().__init__(creator)
        self._path = path

    def _state(self) -> Touch | None:
        return touch_of(self._path)

    def _is_as_opened(self, record: ConnectionPoolEntry, state: Touch) -> bool:
        """Return whether a connection has no transaction, no temporary table and no other file."""
        opened, driver = record.info.get(_STATE), record.dbapi_connection
        if opened is None or opened.file != state.file:
            return False
        if not isinstance(driver, sqlite3.Connection):
            return False
        try:
            return not driver.in_transaction and len([*driver.execute("PRAGMA database_list")]) == 1
        except sqlite3.Error:
            return False
