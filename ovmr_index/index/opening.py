"""Opening an index: what has to be there, and what is looked at first."""

from pathlib import Path

from ovmr_index.db.revision import check_kind, check_revision
from ovmr_index.db.session import Session
from ovmr_index.progress import Progress
from ovmr_index.storage.partial import clear_partials


def open_session(
    root: str | Path, db: str | Path | None, *, create: bool, check: bool, progress: Progress
) -> Session:
    """Return a session on an index that may be missing where it may be made, as `Index.open`."""
    root = Path(root)
    session = Session(root, root / "ovmr.db" if db is None else Path(db), progress)
    session.require_root()
    clear_partials(session.path.parent, (session.path.name,))
    if session.exists or not create:
        session.require_file()
        (check_revision if check else check_kind)(session.path)
    return session


def open_file(root: str | Path, db: str | Path | None, progress: Progress) -> Session:
    """Return a session on an index of any revision, as `Index.open_unchecked`."""
    root = Path(root)
    session = Session(root, root / "ovmr.db" if db is None else Path(db), progress)
    if db is None and root.exists():
        session.require_root()
    session.require_file()
    check_kind(session.path)
    return session
