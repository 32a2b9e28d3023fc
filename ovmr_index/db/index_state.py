"""What tells whether an index has changed."""

from collections.abc import Hashable
from pathlib import Path

from ovmr_index.db.file_state import file_state
from ovmr_index.db.location import Location
from ovmr_index.db.postgresql_driver import changes


def index_state(location: Location) -> Hashable:
    """Return the state of an index: another one may hold other rows, an equal one holds the same.

    Raises OSError where its file is not there, and ServerError where its server is not.
    """
    return file_state(location) if isinstance(location, Path) else changes(location)
