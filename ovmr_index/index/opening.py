"""Opening an index: what has to be there, and what is looked at first."""

import os
from pathlib import Path

from ovmr_index.db.revision import check_kind, check_revision
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError, option, shortened
from ovmr_index.progress import Progress
from ovmr_index.storage.partial import clear_partials
from ovmr_index.storage.remote.path import DiskRoot, RemotePath
from ovmr_index.storage.remote.urls import place, require_listed


def open_session(
    root: str | Path, db: str | Path | None, *, create: bool, check: bool, progress: Progress
) -> Session:
    """Return a session on an index that may be missing where it may be made, as `Index.open`."""
    session = _session(root, db, progress)
    session.require_root()
    clear_partials(session.path.parent, (session.path.name,))
    if session.exists or not create:
        session.require_file()
        (check_revision if check else check_kind)(session.path)
    return session


def open_file(root: str | Path, db: str | Path | None, progress: Progress) -> Session:
    """Return a session on an index of any revision, as `Index.open_unchecked`."""
    session = _session(root, db, progress)
    if db is None and session.root.exists():
        session.require_root()
    session.require_file()
    check_kind(session.path)
    return session


def _session(root: str | Path, db: str | Path | None, progress: Progress) -> Session:
    folder = _root(root)
    if db is None and isinstance(folder, RemotePath):
        what = option("db", metavar="FILE")
        raise UsageError(f"{folder}: a remote root holds no index; say where it is with {what}")
    return Session(folder, folder / "ovmr.db" if db is None else _path("db", db), progress)


def _root(given: object) -> Path:
    """Return the root of the datasets, whether it is on a disk or remote."""
    folder = place(_path("root", given))
    require_listed(folder)
    return folder if isinstance(folder, RemotePath) else DiskRoot(folder)


def _path(name: str, given: object) -> Path:
    if not isinstance(given, str | os.PathLike):
        raise UsageError(f"{name}= is {shortened(repr(given))}; give a path")
    return Path(given)
