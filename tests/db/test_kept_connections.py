"""A connection is kept for the next use, unless somebody has touched the file meanwhile."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from ovmr_index.db import kept_connections
from ovmr_index.db.engine import (
    driver_connection,
    open_engine,
    reading,
    wait_at_most,
    widen_cache,
    writing,
)
from tests.support.forked import holds_in_fork

DATASETS = "SELECT name FROM datasets ORDER BY pk"
NAMES = ["lvis", "imagenet21k", "visual_genome"]
SETTINGS = ("foreign_keys", "threads", "secure_delete", "cache_size", "busy_timeout")


@pytest.fixture
def _none_is_kept() -> Iterator[None]:
    """Begin without a connection of another test, and leave none."""
    kept_connections.close_all()
    yield
    kept_connections.close_all()


def _driver(engine: Engine) -> sqlite3.Connection:
    """Read the names of the datasets, and return the driver's connection that did."""
    with reading(engine) as connection:
        assert connection.exec_driver_sql(DATASETS).scalars().all() == NAMES
        return driver_connection(connection)


def test_it_is_used_again(engine: Engine) -> None:
    first = _driver(engine)
    assert _driver(engine) is first
    with writing(engine, bulk=True) as connection:
        assert driver_connection(connection) is first
        connection.exec_driver_sql("UPDATE datasets SET root = '/far'")
    assert _driver(engine) is first


def test_two_at_once_are_two(engine: Engine) -> None:
    with reading(engine) as one, reading(engine) as other:
        assert driver_connection(one) is not driver_connection(other)
    assert len(kept_connections._kept) <= kept_connections._MOST
    engine.dispose()


@pytest.mark.usefixtures("_none_is_kept")
def test_few_are_kept(index: Path, tmp_path: Path) -> None:
    engines = [open_engine(shutil.copyfile(index, tmp_path / f"{i}.db")) for i in range(9)]
    drivers = [_driver(engine) for engine in engines]
    assert [_is_open(one) for one in drivers] == 5 * [False] + 4 * [True]
    engines[-1].dispose()
    assert [_is_open(one) for one in drivers] == 5 * [False] + 3 * [True] + [False]
    kept_connections.close_all()
    assert not any(map(_is_open, drivers))


def _is_open(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("SELECT 1").fetchall()
    except sqlite3.ProgrammingError:
        return False
    return True


def _replace(index: Path) -> None:
    other = index.with_name("other.db")
    shutil.copyfile(index, other)
    other.replace(index)


def _copy_over(index: Path) -> None:
    index.write_bytes(index.read_bytes())


def _write_log_ahead(index: Path) -> None:
    with closing(sqlite3.connect(index)) as other:
        other.execute("PRAGMA journal_mode = WAL")


def _write_beside(index: Path) -> None:
    with closing(sqlite3.connect(index)) as other, other:
        other.execute("UPDATE datasets SET root = '/far'")


@pytest.mark.parametrize("touch", [_replace, _copy_over, _write_log_ahead, _write_beside])
def test_it_is_closed_where_the_file_is_touched(
    index: Path, engine: Engine, touch: Callable[[Path], None]
) -> None:
    first = _driver(engine)
    touch(index)
    assert _driver(engine) is not first
    assert not _is_open(first)


def test_it_is_closed_where_the_file_is_replaced_in_use(index: Path, engine: Engine) -> None:
    with reading(engine) as connection:
        first = driver_connection(connection)
        _replace(index)
    assert not _is_open(first)
    _driver(engine)


def test_another_index_at_the_path_is_seen(index: Path, engine: Engine) -> None:
    other = Path(shutil.copyfile(index, index.with_name("other.db")))
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE datasets SET name = 'new' WHERE pk = 1")
    _driver(engine)
    other.replace(index)
    with reading(engine) as read:
        assert read.exec_driver_sql(DATASETS).scalars().first() == "new"


def test_it_holds_no_lock(index: Path, engine: Engine) -> None:
    with reading(engine) as connection:
        connection.exec_driver_sql(DATASETS).all()
    with closing(sqlite3.connect(index, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN EXCLUSIVE")


def _with_table(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE mine (a)")


def _attached(connection: Connection) -> None:
    driver_connection(connection).execute("ATTACH ':memory:' AS beside")


@pytest.mark.parametrize("change", [_with_table, _attached, widen_cache])
def test_what_was_changed_is_not_kept(engine: Engine, change: Callable[[Connection], None]) -> None:
    with engine.connect() as connection:
        first = driver_connection(connection)
        change(connection)
    assert _driver(engine) is not first


def test_its_settings_are_those_of_a_new_one(index: Path, engine: Engine) -> None:
    with writing(engine, bulk=True) as connection:
        driver = driver_connection(connection)
        assert _settings(driver)["foreign_keys"] == 0
    assert _driver(engine) is driver
    assert _settings(driver) == _settings(_driver(open_engine(index)))


def _settings(driver: sqlite3.Connection) -> dict[str, int]:
    return {name: driver.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}


def test_a_shorter_wait_is_of_the_next_use(engine: Engine) -> None:
    _driver(engine)
    wait_at_most(engine, 7)
    assert _settings(_driver(engine))["busy_timeout"] == 7


def _interrupted(engine: Engine) -> None:
    """Load as SQLAlchemy does where a signal comes in a statement: it closes the connection."""
    with writing(engine, bulk=True) as connection:
        connection.invalidate()
        raise KeyboardInterrupt


def test_an_interrupted_load_ends_as_interrupted(engine: Engine) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(engine)
    assert _settings(_driver(engine))["foreign_keys"] == 1


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the tests have threads
def test_none_is_shared_with_a_forked_process(engine: Engine) -> None:
    first = _driver(engine)
    assert holds_in_fork(lambda: not _is_open(first) and _driver(engine) is not first)()
    assert not _is_open(first)
    _driver(engine)
