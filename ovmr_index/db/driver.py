"""An index as Python's own driver opens it; nothing heavy is imported for that."""

import sqlite3
from pathlib import Path

CACHE_KIB = 4_096  # sorting is quickest in what the processor's own cache holds
LOCK_SECONDS = 30


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the SQLite file at `path`, which is there; transactions begin where one is begun."""
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    return sqlite3.connect(
        address,
        uri=True,
        isolation_level=None,
        timeout=LOCK_SECONDS,
        check_same_thread=False,  # one may read in a thread and be closed in another
    )
