"""An index in PostgreSQL that several use, that is stopped, or whose server goes away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from ovmr_index import Index
from ovmr_index.db import database_errors, driver, schema
from ovmr_index.db.engine import (
    data_version,
    open_engine,
    reading,
    reading_together,
    rolling_back,
    transaction,
    writing,
)
from ovmr_index.db.location import Server, located
from ovmr_index.db.revision import HEAD
from tests.support.checked import problems_but_wordnet
from tests.support.postgresql import (
    halt_server,
    new_folder,
    resume_server,
    start_server,
    stop_server,
)
from tests.support.runs import CHECKOUT, call, start
from tests.support.trees import TreeBuilder, annotation, image

pytestmark = pytest.mark.slow

WRITE = """
import sys
from sqlalchemy import text
from ovmr_index.db.engine import open_engine, writing
from ovmr_index.db.location import located
url, of = sys.argv[1:]
with writing(open_engine(located(url)), of=of or None) as connection:
    connection.execute(text("INSERT INTO datasets (name, root) VALUES (:name, '')"), {"name": of})
    print("wrote", flush=True)
    sys.stdin.readline()
"""
IS_WRITTEN = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'ovmr-index'"
    " AND backend_xid IS NOT NULL AND datname = current_database())"
)
IS_AWAITED = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -9}
BOXES = 10_000  # which take a while to read and to write


@contextmanager
def _writer(url: str, of: str = "") -> Iterator[subprocess.Popen[str]]:
    """Start a process that has written, and ends its transaction when it gets a line."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, url, of],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "wrote\n"
        try:
            yield process
        finally:
            if process.poll() is None:
                process.communicate("go on\n", timeout=60)


def _names(place: Server) -> list[str]:
    with reading(open_engine(place)) as connection:
        query = text("SELECT name FROM datasets ORDER BY name")
        return [*connection.execute(query).scalars()]


def _put(connection: Connection, name: str) -> None:
    connection.execute(text("INSERT INTO datasets (name, root) VALUES (:name, '')"), {"name": name})


@pytest.fixture
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LOCK_SECONDS", 0.1)


@pytest.mark.usefixtures("_no_wait")
def test_while_another_upgrades(database: str, place: Server, tmp_path: Path) -> None:
    """An upgrade has the lock of whoever writes all; others may read meanwhile."""
    with writing(open_engine(place)) as another:
        _put(another, "")
        for command in ("db upgrade", "vocabulary rm none"):
            refused = call("--db", database, *command.split(), root=tmp_path)
            assert refused.code == 1, command
            assert "another process is writing to it; try again later" in refused.error
        assert call("--db", database, "db", "current", root=tmp_path).out == f"schema {HEAD}\n"
        assert "another process writes" in call("--db", database, "doctor", root=tmp_path).out
        assert _names(place) == []
    assert _names(place) == [""]


@pytest.mark.usefixtures("_no_wait")
def test_what_is_named_is_locked_alone(place: Server) -> None:
    engine = open_engine(place)
    with writing(open_engine(place), of="one") as one:
        _put(one, "one")
        with writing(engine, of="another") as connection:
            _put(connection, "another")
        for of in ("one", None):
            with pytest.raises(OperationalError) as raised, writing(engine, of=of):
                pass
            assert database_errors.is_busy(raised.value)
    assert _names(place) == ["another", "one"]


def test_who_waits_sees_what_was_written(database: str, place: Server) -> None:
    with writing(open_engine(place)) as first:
        _put(first, "")
        second = subprocess.Popen(
            [sys.executable, "-c", WRITE, database, ""],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        )
        _wait_for(database, IS_AWAITED)
    _, said = second.communicate(timeout=60)
    assert "uq_datasets_name" in said  # the second finds the name that the first has put
    assert _names(place) == [""]


@pytest.mark.exhaustive(beyond=1)  # the writer hears no signal
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_writer_that_is_killed_leaves_nothing(
    database: str, place: Server, number: signal.Signals
) -> None:
    with _writer(database, "one") as process:
        process.send_signal(number)
        process.wait(timeout=60)
    with writing(open_engine(place)) as connection:
        _put(connection, "later")
    assert _names(place) == ["later"]


def test_reading_sees_one_state(place: Server) -> None:
    engine = open_engine(place)
    with reading_together(engine, 3) as (connection, others):
        assert len({id(one) for one in (connection, *others)}) == 4
        with writing(engine) as other:
            _put(other, "late")
        for one in (connection, *others):
            assert one.execute(text("SELECT count(*) FROM datasets")).scalar() == 0
    with reading_together(engine, 1) as (connection, others):
        assert others == [connection]
        assert connection.execute(text("SELECT count(*) FROM datasets")).scalar() == 1


def test_a_change_is_seen_by_its_number(place: Server) -> None:
    engine = open_engine(place)
    with reading(engine) as connection:
        before = data_version(connection)
        with writing(engine) as other:
            _put(other, "one")
        assert data_version(connection) == before
    with writing(rolling_back(engine)) as other:
        _put(other, "two")
    with reading(engine) as connection:
        assert data_version(connection) == before + 1
    assert _names(place) == ["one"]


def test_transactions_of_one_connection_keep_its_tables(place: Server) -> None:
    with open_engine(place).connect() as connection:
        with transaction(connection):
            connection.execute(text("CREATE TEMPORARY TABLE kept AS SELECT 5 AS n"))
        with transaction(connection, writes=True, of="one"):
            _put(connection, "one")
        with transaction(connection):
            assert connection.execute(text("SELECT n FROM kept")).scalar() == 5
            assert connection.execute(text("SELECT count(*) FROM datasets")).scalar() == 1


def _wait_for(url: str, query: str, process: subprocess.Popen[str] | None = None) -> None:
    """Wait until a query is true, or a process has ended."""
    with psycopg.connect(url, autocommit=True) as opened:
        while opened.execute(query.encode()).fetchone() != (True,):
            if process is not None:
                assert process.poll() is None
            time.sleep(0.005)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root whose source takes a while to read."""
    builder = TreeBuilder(tmp_path_factory.mktemp("large") / "datasets")
    boxes = [annotation(key, 1 + key % 50) for key in range(1, BOXES + 1)]
    builder.lvis(images=[image(key) for key in range(1, 51)], annotations=boxes)
    return builder.root


def _write_goes_on(url: str, root: Path) -> subprocess.Popen[str]:
    """Start to ingest, and return when rows are being written."""
    process = start("--db", url, "--root", root, "ingest")
    _wait_for(url, IS_WRITTEN, process)
    return process


def _require_whole(url: str, root: Path) -> None:
    """Require that a source is in the index as a whole or not at all, and goes in later."""
    index = Index.open(root, url)
    held = {one.name: one.regions for one in index.status().sources}
    assert held in ({}, {"lvis_v1_train": BOXES})
    index.ingest()
    assert [one.regions for one in index.status().sources] == [BOXES]
    index.collate()
    assert problems_but_wordnet(index) == []


@pytest.mark.exhaustive(but=["15"])  # others kill a writer, and interrupt a copy
@pytest.mark.parametrize("number", CODES)
def test_an_ingest_that_is_stopped(database: str, large: Path, number: signal.Signals) -> None:
    with _write_goes_on(database, large) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    if number != signal.SIGKILL:
        assert len(err.splitlines()) == 1
    assert (process.returncode, out) == (CODES[number], "")
    _require_whole(database, large)


def test_a_server_that_goes_away(large: Path) -> None:
    folder = new_folder()
    try:
        start_server(folder, "synchronous_commit=on")  # what is committed is to outlive the stop
        url = f"postgresql://postgres@/postgres?host={folder}"
        schema.create(located(url), lambda _: None)
        index = Index.open(large, url)
        with _write_goes_on(url, large) as process:
            halt_server(folder)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (1, "")
        assert len(err.splitlines()) == 1
        assert "the connection to the server was lost; nothing of this was kept" in err
        assert "start the server, or check host" in call("--db", url, "status", root=large).error
        resume_server(folder)
        assert index.status().sources == []
        _require_whole(url, large)
    finally:
        stop_server(folder)


def test_two_people_sample_and_curate_at_the_same_time(database: str, tmp_path: Path) -> None:
    builder = TreeBuilder(tmp_path / "datasets")
    builder.lvis(images=[image(1)], annotations=[annotation(key) for key in range(1, 13)])
    index = Index.open(builder.root, database)
    index.ingest()
    pool = index.exemplars(1)
    together = Barrier(2, timeout=60)

    def works(person: int) -> None:
        own = Index.open(builder.root, database)
        for turn in range(3):
            together.wait()
            own.sample(k=3, method="stable", seed=turn, name=f"{person}-{turn}")
            own.curation.exclude(pool[2 * turn + person], author=str(person))

    with ThreadPoolExecutor(2) as people:
        assert [*people.map(works, range(2))] == [None, None]
    assert len(index.samples.list()) == len(index.curation.list()) == 6
    assert {one.author for one in index.curation.list()} == {"0", "1"}
    assert problems_but_wordnet(index) == []
