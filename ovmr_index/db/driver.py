"""An index as Python's own driver opens it; nothing heavy is imported for that."""

import sqlite3
from pathlib import Path

CACHE_KIB = 4_096  # sorting is quickest in what the processor's own cache holds
LOCK_SECONDS = 30


def connect(
    path: Path, *, read_only: bool = False, seconds: float | None = None
) -> sqlite3.Connection:
    """Open the SQLite file at `path`, which is there; transactions begin where one is begun.

    A lock of another process is waited for so many seconds, LOCK_SECONDS if None.
    """
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    return sqlite3.connect(
        address,
        uri=True,
        isolation_level=None,
        timeout=LOCK_SECONDS if seconds is None else seconds,
        check_same_thread=False,  # one may read in a thread and be closed in another
    )
