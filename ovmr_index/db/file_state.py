"""What tells whether the file of an index has changed, without opening it as a database."""

from pathlib import Path
from typing import NamedTuple

_HEADER = 100  # bytes; the counter of changes and the size are in it


class FileState(NamedTuple):
    """A state of an index: another one may hold other rows, an equal one holds the same.

    `header` is SQLite's, whose counter each commit raises, and `log` the write-ahead log's size
    and time, where there is one. See https://sqlite.org/fileformat2.html#file_change_counter.
    """

    inode: int
    size: int
    mtime_ns: int
    header: bytes
    log: tuple[int, int] | None


def file_state(path: Path) -> FileState:
    """Return the state of the index at `path`; raises OSError where it is not there."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    found = path.stat()
    return FileState(found.st_ino, found.st_size, found.st_mtime_ns, header, _log(path))


def _log(path: Path) -> tuple[int, int] | None:
    try:
        found = path.with_name(f"{path.name}-wal").stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
