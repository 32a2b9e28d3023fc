"""The state of an image's file: what differs when the file has changed."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from ovmr_index.storage.members import ImageSource, Member
from ovmr_index.storage.reading import status_of

State = tuple[int, int]

_LATEST = (1 << 63) - 1  # nanoseconds that SQLite holds: April 2262; some file systems go further
_EARLIEST = -_LATEST - 1
_COARSE = 1_000  # nanoseconds: what the clocks of Windows and of some network disks leave out


def time_of(status: os.stat_result) -> int:
    """Return when a file changed (nanoseconds), the last time that can be stored for a later one.

    Every time that the index holds or is compared with is taken from here.
    """
    mtime_ns = status.st_mtime_ns
    return mtime_ns if _EARLIEST <= mtime_ns <= _LATEST else min(max(mtime_ns, _EARLIEST), _LATEST)


def file_state(source: ImageSource) -> State:
    """Return size (bytes) and time (nanoseconds) of an image's file; raises OSError without one.

    Of an image in a tar: its own size, and the time of the tar.
    """
    if isinstance(source, Member):
        return source.size, time_of(status_of(source.path))
    status = status_of(source)
    return status.st_size, time_of(status)


def source_time(source: ImageSource) -> int | None:
    """Return the time that what is made of an image is given; None where the image is not there.

    It is that of the image's file, as `cp -p` keeps it. Ask before the image is read.
    """
    try:
        return file_state(source)[1]
    except OSError:
        return None


def give_time(made: str | Path, mtime_ns: int | None) -> None:
    """Give a file the time of the image that it was made of, where its disk keeps times."""
    if mtime_ns is not None:
        with suppress(OSError):
            os.utime(made, ns=(mtime_ns, mtime_ns))


def is_made_of(made: str | Path, source: ImageSource) -> bool:
    """Return whether `made` was made of the image's file as it is now, or that is not there.

    Whatever is made of an image has the time of the image's file (`source_time`). A file that took
    another one's place, older or newer, has another time; one that was changed and given its time
    again, or a link that leads elsewhere now, changed after `made` did.
    """
    try:
        path = source.path if isinstance(source, Member) else source
        link = os.lstat(path)
        status = os.stat(path) if stat.S_ISLNK(link.st_mode) else link
        there = os.stat(made)
    except OSError:
        return True
    changed_ns = max(link.st_ctime_ns, status.st_ctime_ns)
    return 0 <= time_of(status) - time_of(there) < _COARSE and changed_ns <= there.st_ctime_ns
