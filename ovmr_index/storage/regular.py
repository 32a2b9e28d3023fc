"""What is at a path and no file: a pipe, a device, a socket; they have no end or wait for one."""

import os
import stat

PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")  # of this process, as `<(command)` gives them
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def refused_kind(status: os.stat_result) -> str | None:
    """Return what is at a path that is neither a file nor a folder, None for these."""
    return next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), None)
