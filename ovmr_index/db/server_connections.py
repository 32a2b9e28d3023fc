"""The connections of an engine on a PostgreSQL server, of which one is kept for the next use.

A server starts a process for each connection, which reads the catalogue again; and to log in takes
a password, or TLS, some hundredths of a second.
"""

import os
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy.pool import ConnectionPoolEntry

from ovmr_index.db.kept_connections import KeptConnections


class ServerConnections(KeptConnections):
    """Those on a server; a kept one that does not answer is replaced by a new one."""

    def __init__(self, creator: Callable[[], Any], **options: Any) -> None:
        """Take what opens a connection, and the options of a pool."""
        super().__init__(creator, pre_ping=True, **options)

    def _state(self) -> int:
        """Return the number of this process: no other one uses its connections."""
        return os.getpid()

    def _is_as_opened(self, record: ConnectionPoolEntry, _: int) -> bool:
        """Drop the temporary tables of a connection; return whether it still answers."""
        driver = record.dbapi_connection
        if not isinstance(driver, psycopg.Connection):
            return False
        try:
            driver.autocommit = True
            driver.execute("DISCARD TEMP")
            driver.autocommit = False
        except psycopg.Error:
            return False
        return True
