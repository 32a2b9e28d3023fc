"""A connection on a server is kept for the next use, as long as it answers."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ProgrammingError

from ovmr_index.db.engine import open_engine, reading, reading_together, writing
from ovmr_index.db.location import Server
from ovmr_index.db.session import Session
from tests.support.forked import holds_in_fork
from tests.support.waiting import wait_until

IS_USED_BY = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
SETTINGS = ("search_path", "lock_timeout", "work_mem", "jit", "cursor_tuple_fraction")


@pytest.fixture
def engine(place: Server) -> Iterator[Engine]:
    """Return an engine on an index without rows."""
    made = open_engine(place)
    yield made
    made.dispose()


def _process(connection: Connection) -> int:
    """Return the number of the server's process that answers a connection."""
    found: int = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return found


def _answered_by(engine: Engine) -> int:
    with reading(engine) as connection:
        return _process(connection)


def _open(server: str, place: Server) -> list[int]:
    """Return the processes of the server that work for a database."""
    with psycopg.connect(server.format("postgres")) as opened:
        return [pid for (pid,) in opened.execute(IS_USED_BY, [place.parameters["dbname"]])]


def test_it_is_used_again_and_closed(engine: Engine, server: str, place: Server) -> None:
    first = _answered_by(engine)
    with writing(engine) as connection:
        assert _process(connection) == first
        before = _settings(connection)
        connection.exec_driver_sql("CREATE TEMPORARY TABLE mine (a int)")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    with reading(engine) as connection:
        assert _process(connection) == first
        assert _settings(connection) == before
        with pytest.raises(ProgrammingError, match='relation "mine" does not exist'):
            connection.exec_driver_sql("SELECT * FROM mine")
    assert _answered_by(engine) == first
    assert _open(server, place) == [first]
    engine.dispose()
    wait_until(lambda: not _open(server, place))


def _settings(connection: Connection) -> list[str]:
    return [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in SETTINGS]


def test_of_several_at_once_one_is_kept(engine: Engine, server: str, place: Server) -> None:
    with reading_together(engine, 3) as (connection, others):
        used = {_process(one) for one in (connection, *others)}
        assert len(used) == 4
    assert _answered_by(engine) in used
    wait_until(lambda: len(_open(server, place)) == 1)


def test_one_that_does_not_answer_is_replaced(engine: Engine, server: str) -> None:
    first = _answered_by(engine)
    with psycopg.connect(server.format("postgres"), autocommit=True) as opened:
        opened.execute("SELECT pg_terminate_backend(%s, 10000)", [first])
    assert _answered_by(engine) != first


def test_what_an_index_was_checked_by_is_used_first(
    server: str, place: Server, tmp_path: Path
) -> None:
    session = Session(tmp_path, place)
    assert session.exists
    session.require_revision()
    (first,) = _open(server, place)
    with session.read() as one, session.read() as other:
        assert _process(one) == first != _process(other)
        assert _process(one) == first
    session.close()
    wait_until(lambda: not _open(server, place))


def test_a_server_that_ended_it_is_asked_again(server: str, place: Server, tmp_path: Path) -> None:
    session = Session(tmp_path, place)
    session.require_revision()
    with psycopg.connect(server.format("postgres"), autocommit=True) as opened:
        opened.execute("SELECT pg_terminate_backend(%s, 10000)", _open(server, place))
    with session.read() as connection:
        assert _process(connection) in _open(server, place)
    session.close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the tests have threads
def test_none_is_shared_with_a_forked_process(engine: Engine) -> None:
    first = _answered_by(engine)
    is_another = holds_in_fork(lambda: _uses_another(engine, first))
    with reading(engine) as connection:
        process = _process(connection)
        assert is_another()
        assert _process(connection) == process != first


def _uses_another(engine: Engine, first: int) -> bool:
    try:
        return _answered_by(engine) != first
    finally:
        engine.dispose()
