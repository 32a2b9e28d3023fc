"""What is at a path and no file: a pipe, a device, a socket; they have no end or wait for one.

Also what is open in this process already, as standard output is, whatever that is.
"""

import os
import stat
from pathlib import Path

PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")  # of this process, as `<(command)` gives them
STDOUT = Path("/dev/stdout")
_OPEN_FILES = Path("/dev/fd")
_MOST_LINKS = 40
_LONGEST = 9  # digits of a descriptor's number, which is a C int
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def refused_kind(status: os.stat_result) -> str | None:
    """Return what is at a path that is neither a file nor a folder, None for these."""
    return next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), None)


def descriptor_of(path: Path) -> int | None:
    """Return the number of the open file of this process that a path means, None for other paths.

    `/dev/stdout`, `/dev/fd/1` and `/proc/self/fd/1` are 1, and so is a link to one of these.
    """
    for _ in range(_MOST_LINKS):
        is_open = os.path.realpath(path.parent) == os.path.realpath(_OPEN_FILES)
        if is_open and path.name.isdecimal() and len(path.name) <= _LONGEST:
            return int(path.name)
        if not os.path.islink(path):  # noqa: PTH114 - False, too, where a name is too long
            return None
        path = path.parent / path.readlink()
    return None


def is_stdout(path: Path) -> bool:
    """Return whether what is written to a path comes out of standard output."""
    if descriptor_of(path) == 1:
        return True
    try:
        there, stdout = path.stat(), os.fstat(1)
    except OSError:
        return False
    return stat.S_ISFIFO(stdout.st_mode) and os.path.samestat(there, stdout)
