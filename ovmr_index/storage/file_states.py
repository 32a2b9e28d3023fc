"""The state of an image's file: what differs when the file has changed."""

import os
from pathlib import Path

from ovmr_index.storage.tar_members import TarMember

State = tuple[int, int]


def file_state(source: str | TarMember) -> State:
    """Return size (bytes) and time (nanoseconds) of an image's file; raises OSError without one.

    Of an image in a tar: its own size, and the time of the tar.
    """
    if isinstance(source, TarMember):
        return source.size, os.stat(source.path).st_mtime_ns
    status = os.stat(source)
    return status.st_size, status.st_mtime_ns


def changed_after(source: str | TarMember, made: str | Path) -> bool:
    """Return whether the file of an image was changed or put there after `made` was made of it.

    A file that has another one's place keeps its own time, but not the time of the change itself.
    False where either is not there.
    """
    try:
        status = os.stat(source.path if isinstance(source, TarMember) else source)
        made_ns = os.stat(made).st_mtime_ns
    except OSError:
        return False
    return max(status.st_mtime_ns, status.st_ctime_ns) > made_ns
