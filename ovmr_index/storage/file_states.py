"""The state of an image's file: what differs when the file has changed."""

import os

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
