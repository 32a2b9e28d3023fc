"""The state of an image's file: what differs when the file has changed."""

import errno
import os
import stat
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from ovmr_index.storage.members import ImageSource, Member
from ovmr_index.storage.reading import is_remote, status_of
from ovmr_index.storage.remote.path import RemotePath

State = tuple[int, int]

_LATEST = (1 << 63) - 1  # nanoseconds that SQLite holds: April 2262; some file systems go further
_EARLIEST = -_LATEST - 1
_FEW = 16  # remote files of a folder that are asked for one by one
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


class FileStates:
    """The states of many images' files, asked for folder by folder, from any thread.

    Of a remote folder in which several are asked for, and of a tar, they hold for as long as this.
    """

    def __init__(self) -> None:
        """Ask nothing yet."""
        self._lock = threading.Lock()
        self._asked = Counter[str]()
        self._folder, self._listed = "", dict[str, State]()
        self._times: dict[str, int] = {}

    def of(self, source: ImageSource) -> State:
        """Return what `file_state` does; raises OSError without a file."""
        if isinstance(source, Member):
            return source.size, self._time(source.path)
        if not is_remote(source):
            return file_state(source)
        folder, _, name = source.rpartition("/")
        with self._lock:
            self._asked[folder] += 1
            if folder == self._folder or self._asked[folder] > _FEW:
                return self._in_listing(folder, name)
        return file_state(source)

    def _time(self, path: str) -> int:
        with self._lock:
            if path not in self._times:
                self._times[path] = time_of(status_of(path))
            return self._times[path]

    def _in_listing(self, folder: str, name: str) -> State:
        if folder != self._folder:
            listed = ((one.name, one.stat()) for one in RemotePath(folder).entries())
            self._listed = {one: (status.st_size, time_of(status)) for one, status in listed}
            self._folder = folder
        if name not in self._listed:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"{folder}/{name}")
        return self._listed[name]


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
    path = source.path if isinstance(source, Member) else source
    if is_remote(path):
        return _has_time_of(made, source)
    try:
        link = os.lstat(path)
        status = os.stat(path) if stat.S_ISLNK(link.st_mode) else link
        there = os.stat(made)
    except OSError:
        return True
    changed_ns = max(link.st_ctime_ns, status.st_ctime_ns)
    return 0 <= time_of(status) - time_of(there) < _COARSE and changed_ns <= there.st_ctime_ns


def _has_time_of(made: str | Path, source: ImageSource) -> bool:
    """Return the same for a remote image: a store has one time, when the file was put there."""
    try:
        return 0 <= file_state(source)[1] - time_of(os.stat(made)) < _COARSE
    except OSError:
        return True
