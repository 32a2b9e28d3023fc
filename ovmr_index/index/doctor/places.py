"""The folders of the datasets and of the index: whether they are there, and on which disk."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.db.location import Location
from ovmr_index.errors import command, option
from ovmr_index.index.doctor.estimate import Amounts, read_amounts
from ovmr_index.index.doctor.finding import DoctorCheck, Look, sized
from ovmr_index.index.doctor.mounts import kind_of
from ovmr_index.index.surroundings import NETWORK
from ovmr_index.storage.remote.path import RemotePath

_SECTION = "disk"
_SECONDS = 5.0


def root_look(root: Path) -> Look:
    """Return the check of the root, before all others that ask its file system."""
    return Look(_SECTION, "root", lambda: _root(root), _SECONDS)


def place_looks(root: Path, index: Location) -> list[Look]:
    """Return the checks of the disks that the root and the index are on."""
    return [
        Look(_SECTION, "file system", lambda: _file_system(root, index), _SECONDS),
        Look(_SECTION, "space", lambda: _space(root, index), _SECONDS),
    ]


def _root(root: Path) -> Iterator[DoctorCheck]:
    where = option("root", metavar="DIR")
    if isinstance(root, RemotePath) and root.is_dir():
        yield DoctorCheck(_SECTION, "root", "ok", f"{root}, which is remote, and only read")
    elif not root.is_dir():
        is_other = root.exists() or root.is_symlink()
        found = f"{root}: {'is no folder' if is_other else 'there is no such folder'}"
        advice = f"give {where}, or make a tree to try with {command('demo', 'DIR')}"
        yield DoctorCheck(_SECTION, "root", "problem", found, advice)
    elif not os.access(root, os.R_OK | os.X_OK):
        found = f"{root}: may not be read"
        yield DoctorCheck(
            _SECTION, "root", "problem", found, f"get the permission, or give {where}"
        )
    else:
        is_writable = os.access(root, os.W_OK)
        found = str(root) if is_writable else f"{root}: may not be written"
        advice = (
            f"give exports {option('folder', flag='-o')}, and the index {option('db')}"
            if not is_writable
            else ""
        )
        yield DoctorCheck(_SECTION, "root", "ok" if is_writable else "note", found, advice)


def _file_system(root: Path, index: Location) -> Iterator[DoctorCheck]:
    folder = _existing(index.parent if isinstance(index, Path) else root)
    kind = kind_of(folder)
    if isinstance(index, Path) and kind.startswith(NETWORK):
        found = f"the index is on a network file system ({kind}), whose locks may fail"
        advice = (
            f"let one process write to it at a time, or give a {option('db')} on a disk of this"
            " machine"
        )
        yield DoctorCheck(_SECTION, "file system", "note", found, advice)
    elif _ignores_case(_existing(root)):
        found = f"{kind or 'it'} takes upper and lower case for the same"
        advice = "images whose names differ in case alone are one file there"
        yield DoctorCheck(_SECTION, "file system", "note", found, advice)
    else:
        found = f"{kind or 'not known'}, on this machine" if kind else "the system does not say"
        yield DoctorCheck(_SECTION, "file system", "ok", found)


def _ignores_case(folder: Path) -> bool:
    """Return whether a name in the other case is the same folder, as on macOS and Windows."""
    other = folder.parent / folder.name.swapcase()
    return other != folder and other.exists() and other.samefile(folder)


def _existing(folder: Path) -> Path:
    """Return the nearest folder above that is there."""
    path = Path(os.path.abspath(folder))
    return next((one for one in (path, *path.parents) if one.is_dir()), Path("/"))


def _space(root: Path, index: Location) -> Iterator[DoctorCheck]:
    amounts = read_amounts(root)
    needs = {}
    if isinstance(index, Path):
        held = index.stat().st_size if index.is_file() else 0
        needs[_existing(index.parent)] = max(0, amounts.index_bytes - held)
    needs[_existing(root)] = needs.get(_existing(root), 0) + amounts.export_bytes
    if _same_disk(needs):
        needs = {_existing(root): sum(needs.values())}
    for folder, needed in needs.items():
        yield _room(folder, needed, amounts)


def _same_disk(folders: dict[Path, int]) -> bool:
    return len({folder.stat().st_dev for folder in folders}) == 1


def _room(folder: Path, needed: int, amounts: Amounts) -> DoctorCheck:
    free = shutil.disk_usage(folder).free
    found = f"{sized(free)} free"
    if amounts:
        found += f", index and exports take about {sized(needed)} more"
    found += f": {folder}"
    if needed < free:
        return DoctorCheck(_SECTION, "space", "ok", found)
    advice = f"make room, or give a {option('db')} on another disk"
    return DoctorCheck(_SECTION, "space", "problem", found, advice)
