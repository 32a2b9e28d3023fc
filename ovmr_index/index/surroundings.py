"""What may harm an index from outside: a file system on a network, a fault of SQLite."""

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.engine import driver_connection
from ovmr_index.db.session import Session
from ovmr_index.errors import option
from ovmr_index.index.finding import Finding, note

NETWORK = (
    *("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs"),
    *("fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.glusterfs", "davfs"),
)
_OCTAL = re.compile(r"\\([0-7]{3})")  # how a space, for one, is written in a path
_Version = tuple[int, ...]


class SqliteFault(NamedTuple):
    """A fault of SQLite that harms data or answers, in the versions from `first` on before `fixed`.

    `also_fixed` are older branches with the fix: in each, from that version on. `needs` is what of
    an index or of SQLite must be so, as `_traits` names it, "" where it concerns every index.
    """

    what: str
    first: _Version
    fixed: _Version
    also_fixed: tuple[_Version, ...]
    needs: str
    page: str

    def harms(self, version: _Version, traits: set[str]) -> bool:
        """Return whether a version of SQLite has it, where these traits are."""
        is_branch = any(
            version[:2] == branch[:2] and version >= branch for branch in self.also_fixed
        )
        is_in = self.first <= version < self.fixed and not is_branch
        return is_in and (not self.needs or self.needs in traits)


# Of those that SQLite lists, the ones of versions that an index can be opened by (3.37, STRICT).
SQLITE_FAULTS = (
    SqliteFault(
        "two connections that write or checkpoint at the same time may damage the index",
        *((3, 7, 0), (3, 51, 3), ((3, 44, 6), (3, 50, 7))),
        needs="wal",
        page="https://sqlite.org/wal.html#walresetbug",
    ),
    SqliteFault(
        "a part of a transaction that is rolled back may damage the index",
        *((3, 35, 0), (3, 37, 2), ()),
        needs="temp_store in memory",
        page="https://sqlite.org/howtocorrupt.html#svptbug",
    ),
    SqliteFault(
        "joins may leave rows out, so that pools and samples may lack some",
        *((3, 38, 0), (3, 38, 3), ()),
        needs="",
        page="https://sqlite.org/changes.html#version_3_38_3",
    ),
)


def check_surroundings(session: Session) -> Iterator[Finding]:
    """Note, of an index in a file, one on a network, and faults of the SQLite that runs."""
    if not isinstance(session.location, Path):
        return
    kind = file_system(session.location)
    if kind.startswith(NETWORK):
        yield note(
            f"the index is on a network file system ({kind}), whose locks may fail: let one process"
            f" write to it at a time, or give a {option('db')} on a disk of this machine"
        )
    traits = _traits(session)
    for fault in SQLITE_FAULTS:
        if fault.harms(sqlite3.sqlite_version_info, traits):
            where = f" ({fault.needs})" if fault.needs else ""
            fixed = ".".join(map(str, fault.fixed))
            yield note(
                f"SQLite {sqlite3.sqlite_version} has a known fault{where}: {fault.what}; install"
                f" a Python with SQLite {fixed} or newer; see {fault.page}"
            )


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Return the kind of the file system that a path is on, "" where the system does not say.

    Links are followed. SQLite's locks may not hold on a network's:
    https://sqlite.org/faq.html#q5.
    """
    try:
        lines = [line.split(" ") for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    real = Path(os.path.realpath(path))
    points = [(_OCTAL.sub(lambda found: chr(int(found[1], 8)), one[1]), one[2]) for one in lines]
    on = [
        (len(point), number, kind)
        for number, (point, kind) in enumerate(points)
        if real.is_relative_to(point)
    ]
    return max(on, default=(0, 0, ""))[2]  # of two on one folder, the later one hides the other


def _traits(session: Session) -> set[str]:
    """Return what of an index and of its SQLite some faults need."""
    with session.read() as connection:
        driver = driver_connection(connection)
        (mode,) = driver.execute("PRAGMA journal_mode").fetchone()
        options = {option for (option,) in driver.execute("PRAGMA compile_options")}
    # What is compiled in so goes before the PRAGMA, which asks for files.
    return {mode, "temp_store in memory"} if "TEMP_STORE=3" in options else {mode}
