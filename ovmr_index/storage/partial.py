"""Files that are not complete yet: named so that one sees whose they are, and cleared away.

The name holds the machine, the process and when that began: a file of a process that runs no longer
belongs to nobody, also where its number was given to another one.
"""

import os
import platform
import re
import shutil
import zlib
from collections.abc import Collection
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

_SHOWN_BYTES = 60  # of the file's own name, which may be as long as a name can be
_OWNED = re.compile(
    r"\.(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-(?P<began>[0-9a-f]+)-\d+\.partial"
    r"(?:-journal|-wal|-shm)?$"
)
# As earlier versions named them: with the number of the process, or with nothing.
_EARLIER = re.compile(
    r"\.?(?P<name>.+?)(?:\.(?P<process>\d+))?\.partial(?:-journal|-wal|-shm)?$", re.DOTALL
)
_ENDED = "ended"
_numbers = count()


def partial_path(path: Path) -> Path:
    """Return the name that a file has until it is complete: hidden, in the same folder, short.

    No two calls return the same one, in this process or in another.
    """
    shown = os.fsencode(path.name)[:_SHOWN_BYTES].decode(errors="ignore")
    return path.with_name(f".{shown}.{_owner(os.getpid())}-{next(_numbers)}.partial")


def clear_partials(folder: Path, names: Collection[str] = ()) -> None:
    """Delete what processes of this machine that have ended left incomplete in a folder.

    With `names` of complete files also what earlier versions left of these. What cannot be listed
    or deleted stays.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if ".partial" in entry.name and _is_left_over(entry.name, names):
                with suppress(OSError):
                    Path(entry.path).unlink()


def clear_partial_folders(folder: Path) -> None:
    """Delete the folders that processes of this machine that have ended left incomplete in one."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and _is_left_over(entry.name, ()):
                shutil.rmtree(entry.path, ignore_errors=True)


def _is_left_over(name: str, names: Collection[str]) -> bool:
    if owned := _OWNED.search(name):
        is_here = owned["machine"] == _machine()
        return is_here and not _is_running(int(owned["process"]), owned["began"])
    earlier = _EARLIER.match(name)
    if earlier is None or earlier["name"] not in names:
        return False
    return earlier["process"] is None or not _is_running(int(earlier["process"]))


def _is_running(process: int, began: str | None = None) -> bool:
    """Return whether a process of this machine runs, and is the one that began then."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # that of another user
        pass
    now = _began(process)
    return now is None or (now != _ENDED and began in (None, now))


@lru_cache(1)
def _owner(process: int) -> str:
    return f"{_machine()}-{process}-{_began(process) or '0'}"


@lru_cache
def _machine() -> str:
    """Return 8 hexadecimal digits for this machine, or the container that counts processes."""
    counted_in = ""
    with suppress(OSError):
        counted_in = str(Path("/proc/self/ns/pid").readlink())
    return f"{zlib.crc32(os.fsencode(f'{platform.node()} {counted_in}')):08x}"


def _began(process: int) -> str | None:
    """Return when a process began, None where the system does not say, or that it has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return None
    # From field 3 on; the name in field 2 may hold anything. A zombie only waits to be asked.
    state, *fields = status.rpartition(b")")[2].split()
    return _ENDED if state in (b"Z", b"X") else f"{int(fields[18]):x}"  # ticks since the start
