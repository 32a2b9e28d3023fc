"""Opening an index: what has to be there, and what is looked at first."""

import os
from pathlib import Path

from ovmr_index.db.location import Location, Server, located
from ovmr_index.db.revision import check_kind
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError, option, shortened
from ovmr_index.progress import Progress
from ovmr_index.storage.partial import clear_partials
from ovmr_index.storage.remote.path import RemotePath
from ovmr_index.storage.remote.urls import place, require_listed


def open_session(
    root: str | Path,
    db: Location | None,
    *,
    create: bool,
    check: bool,
    progress: Progress,
) -> Session:
    """Return a session on an index that may be missing where it may be made, as `Index.open`."""
    session = _session(root, db, progress)
    session.require_root()
    if isinstance(session.location, Path):
        clear_partials(session.location.parent, (session.location.name,))
    if session.exists or not create:
        session.require_index()
        if check:
            session.require_revision()
        elif isinstance(session.location, Path):
            check_kind(session.location)
    return session


def open_file(root: str | Path, db: Location | None, progress: Progress) -> Session:
    """Return a session on an index of any revision, as `Index.open_unchecked`."""
    session = _session(root, db, progress)
    if db is None and session.root.exists():
        session.require_root()
    session.require_index()
    if isinstance(session.location, Path):
        check_kind(session.location)
    return session


def _session(root: str | Path, db: Location | None, progress: Progress) -> Session:
    folder = _root(root)
    if db is None and isinstance(folder, RemotePath):
        what = option("db", metavar="FILE")
        raise UsageError(f"{folder}: a remote root holds no index; say where it is with {what}")
    return Session(folder, usual_place(folder) if db is None else db, progress)


def _root(given: object) -> Path:
    """Return the root of the datasets, whether it is on a disk or remote."""
    folder = place(_path("root", given))
    require_listed(folder)
    return folder


def given_place(db: object) -> Location | None:
    """Return the place that somebody gives, None where nothing is given.

    It takes the place of what was given in the frames of a traceback: it shows no password.

    Raises:
        UsageError: It is no path and no URL, or the URL is wrong.
    """
    if db is None or isinstance(db, Server):
        return db
    return located(_path("db", db))


def usual_place(root: Path) -> Location | str:
    """Return where the index of a root is, where nothing else is said."""
    return root / "ovmr.db"


def _path(name: str, given: object) -> str | Path:
    if isinstance(given, str | Path):
        return given
    if not isinstance(given, os.PathLike):
        raise UsageError(f"{name}= is {shortened(repr(given))}; give a path")
    return Path(given)
