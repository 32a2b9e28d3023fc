"""The connection by which an index was checked is that of its first use, and of no other."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index.db.checked import Checked
from ovmr_index.db.engine import driver_connection
from ovmr_index.db.revision import check_revision
from ovmr_index.db.session import Session
from tests.support.forked import holds_in_fork

DATASETS = "SELECT count(*) FROM datasets"


def _is_open(checked: Checked) -> bool:
    try:
        checked.connection.execute("SELECT 1").fetchall()
    except sqlite3.ProgrammingError:
        return False
    return True


def _used(session: Session) -> sqlite3.Connection:
    with session.read() as connection:
        connection.exec_driver_sql(DATASETS).all()
        return driver_connection(connection)


@pytest.fixture
def session(index: Path) -> Session:
    """Return a session on an index that was checked."""
    made = Session(index.parent, index)
    made.require_revision()
    assert made._checked is not None
    return made


def test_it_is_used_once(session: Session) -> None:
    assert session._checked is not None
    first = session._checked.connection
    with session.read() as one, session.read() as other:
        assert driver_connection(one) is first
        assert driver_connection(other) is not first
    session.close()
    assert _used(session) is not first
    session.close()


def test_it_is_closed_with_the_session(session: Session) -> None:
    checked = session._checked
    assert checked is not None
    assert _is_open(checked)
    session.close()
    assert not _is_open(checked)
    assert checked.take() is None


def test_it_is_closed_with_the_last_reference(index: Path) -> None:
    connection = check_revision(index).connection
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


def test_it_is_not_used_where_the_file_is_touched(index: Path, session: Session) -> None:
    checked = session._checked
    assert checked is not None
    other = Path(shutil.copyfile(index, index.with_name("other.db")))
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("DELETE FROM datasets")
    other.replace(index)
    with session.read() as read:
        assert read.exec_driver_sql(DATASETS).scalar_one() == 0
    assert not _is_open(checked)
    session.close()


def test_none_is_kept_with_a_log_ahead(index: Path) -> None:
    with closing(sqlite3.connect(index)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE datasets SET root = root")
        other.commit()
        checked = check_revision(index)
        assert not _is_open(checked)
        assert checked.take() is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the tests have threads
def test_a_forked_process_has_its_own(session: Session) -> None:
    checked = session._checked
    assert checked is not None
    assert holds_in_fork(lambda: _used(session) is not checked.connection)()
    assert _used(session) is checked.connection
    session.close()
