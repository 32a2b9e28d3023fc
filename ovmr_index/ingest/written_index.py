"""The index that an ingest writes to, which the first one makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ovmr_index.db.session import Session
from ovmr_index.vocabularies.new_index import make_index


@contextmanager
def written_index(session: Session, *, dry_run: bool) -> Iterator[Session]:
    """Open a session to write with, on an index that is made if it is not there.

    A `dry_run` writes nothing that stays.
    """
    if session.exists:
        yield session.rolling_back() if dry_run else session
    elif dry_run:
        with TemporaryDirectory(prefix="ovmr-index-") as folder:
            place = Path(folder) / "ovmr.db"
            found = Session(session.root, place, session.progress)
            make_index(found)
            yield found.rolling_back()
    else:
        make_index(session)
        yield session
