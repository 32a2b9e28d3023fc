"""The machine: memory, and where files are put for a while."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.index.doctor.finding import DoctorCheck, Look, State, sized

_SECTION = "machine"
_MIB = 1 << 20
_GIB = 1 << 30
# Of the whole job at full scale, private memory of all processes: docs/performance.md.
_NEEDED = 512 * _MIB
_TEMPORARY = 2 * _GIB  # what SQLite may sort in files
_TEMPORARY_FOLDERS = ("/var/tmp", "/usr/tmp", "/tmp")


def machine_looks(system: Path = Path("/")) -> list[Look]:
    """Return the checks of memory and of the folder for temporary files."""
    return [
        Look(_SECTION, "memory", lambda: _memory(system)),
        Look(_SECTION, "temporary files", _temporary, seconds=5),
    ]


def _memory(system: Path) -> Iterator[DoctorCheck]:
    total, available, limit = *_system_memory(system), _group_limit(system)
    known = [one for one in (total, available, limit) if one is not None]
    if not known:
        yield DoctorCheck(_SECTION, "memory", "ok", "the system does not say how much there is")
        return
    said = [
        f"{sized(size)} {what}"
        for size, what in (
            (total, "in all"),
            (available, "available"),
            (limit, "the group's limit"),
        )
        if size is not None
    ]
    is_short = min(known) < _NEEDED
    advice = "end other programs: the whole job takes up to 512 MiB" if is_short else ""
    yield DoctorCheck(_SECTION, "memory", "note" if is_short else "ok", ", ".join(said), advice)


def _system_memory(system: Path) -> tuple[int | None, int | None]:
    """Return the memory of the machine and what of it is available, in bytes."""
    file = system / "proc/meminfo"
    if file.is_file():
        lines = (line.split() for line in file.read_text().splitlines())
        sizes = {line[0]: int(line[1]) * 1024 for line in lines if len(line) > 1}
        return sizes.get("MemTotal:"), sizes.get("MemAvailable:")
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None
    except (ValueError, OSError):
        return None, None


def _group_limit(system: Path) -> int | None:
    """Return the memory that the control group of this process may have, as a container's."""
    groups = system / "sys/fs/cgroup"
    named = system / "proc/self/cgroup"
    lines = named.read_text().splitlines() if named.is_file() else []
    own = [line.rpartition(":")[2].strip("/") for line in lines]
    files = [groups / "memory.max", groups / "memory/memory.limit_in_bytes"]
    files += [groups / one / "memory.max" for one in own]
    files += [groups / "memory" / one / "memory.limit_in_bytes" for one in own]
    texts = [file.read_text().strip() for file in files if file.is_file()]
    # A limit that is none is `max`, or a number that no machine has.
    limits = [int(text) for text in texts if text.isdigit() and int(text) < 1 << 60]
    return min(limits, default=None)


def _temporary() -> Iterator[DoctorCheck]:
    """Look at the first folder that SQLite may write to (https://sqlite.org/tempfiles.html)."""
    asked = [os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR")]
    for folder in filter(None, (*asked, *_TEMPORARY_FOLDERS)):
        if Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            free = shutil.disk_usage(folder).free
            is_short = free < _TEMPORARY
            state: State = "note" if is_short else "ok"
            advice = "make room there, or set SQLITE_TMPDIR to another folder" if is_short else ""
            found = f"{folder}, {sized(free)} free"
            yield DoctorCheck(_SECTION, "temporary files", state, found, advice)
            return
    found = "no folder for them can be written to"
    advice = "set SQLITE_TMPDIR to a folder of yours"
    yield DoctorCheck(_SECTION, "temporary files", "problem", found, advice)
