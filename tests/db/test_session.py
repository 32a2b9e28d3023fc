"""A session in another process: what is pickled of it."""

import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import text

from ovmr_index.db.session import Session
from ovmr_index.progress import silent

Display = AbstractContextManager[Callable[[int], object]]


def test_a_session_goes_to_another_process_without_its_engine(empty_index: Path) -> None:
    def shown(what: str, total: int | None, unit: str) -> Display:
        """Show nothing; a function of a function cannot be pickled."""
        return silent(what, total, unit)

    session = Session(empty_index.parent, empty_index, shown)
    with session.read() as connection:
        count = connection.execute(text("SELECT count(*) FROM synsets")).scalar_one()
    copy = pickle.loads(pickle.dumps(session))
    assert (copy.root, copy.path, copy.progress) == (session.root, session.path, silent)
    with copy.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM synsets")).scalar_one() == count
