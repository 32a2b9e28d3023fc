"""What a page says where something is wrong: a lock, damage, what is not there."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from ovmr_index import Index
from ovmr_index.db.engine import writing
from ovmr_index.db.file_state import file_state
from ovmr_index.db.models import Category
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking
from tests.support.contents import everything

pytestmark = pytest.mark.slow

HERE = "http://127.0.0.1:8765"
OPTIONS = ServeOptions()


@pytest.fixture
def client(index: Index) -> Asking:
    return Asking(create_app(index, OPTIONS), HERE)


@contextmanager
def _locked(index: Index) -> Iterator[None]:
    """Hold the lock that a writer takes when its memory is full."""
    with closing(sqlite3.connect(index.path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        yield
        writer.execute("ROLLBACK")


def _replaced(index: Index, record: str) -> str:
    """Give the first category another record; return the one that it had."""
    first = select(func.min(Category.c.pk)).scalar_subquery()
    with writing(index.engine) as connection:
        of_first = Category.c.pk == first
        before: str = connection.execute(select(Category.c.record).where(of_first)).scalar_one()
        connection.execute(update(Category).where(of_first).values(record=record))
    return before


def _state(index: Index) -> object:
    """Return what any write to the index changes."""
    return file_state(index.path) if isinstance(index.location, Path) else everything(index)


@pytest.mark.sqlite_only  # its file
def test_a_locked_index_is_shown_as_it_was(client: Asking, index: Index) -> None:
    before = client.get("/")
    with _locked(index):
        index.path.touch()  # as a writer does that stores a part
        during = client.get("/")
    assert during.status_code == 200
    assert "This is what it held before." in during.text
    assert during.text.count("<tr") == before.text.count("<tr")
    assert "This is what it held before." not in client.get("/").text


@pytest.mark.sqlite_only  # its file
def test_a_locked_index_that_was_not_read_yet_is_asked_again(client: Asking, index: Index) -> None:
    with _locked(index):
        answer = client.get("/")
    assert (answer.status_code, answer.headers["Refresh"]) == (503, "3")
    assert "Another process is writing to the index." in answer.text


def test_a_page_that_is_not_there(client: Asking) -> None:
    answer = client.get("/no%3Cscript%3Esuch")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert client.ask("PUT", "/").status_code == 403


def test_a_vocabulary_that_is_not_there_is_suggested(client: Asking) -> None:
    answer = client.get("/?vocabulary=lvis_v1_trian%3Cscript%3E")
    assert answer.status_code == 404
    assert "there is no vocabulary" in answer.text
    assert "did you mean" in answer.text
    assert "<script>" not in answer.text


def test_json_is_answered_in_json(client: Asking) -> None:
    answer = client.get("/nothing", headers={"Accept": "application/json"})
    assert answer.json() == {"error": "There is no such page."}
    token = {"X-Ovmr-Token": OPTIONS.page_token}
    wrong = client.ask("POST", "/collate?vocabulary=none", json={}, headers=token)
    assert (wrong.status_code, "there is no vocabulary 'none'" in wrong.json()["error"]) == (
        400,
        True,
    )


def test_damage_is_a_page_and_a_line(
    client: Asking, index: Index, caplog: pytest.LogCaptureFixture
) -> None:
    record = _replaced(index, "[")
    with caplog.at_level(logging.ERROR, "ovmr_index.web"):
        answer = client.get("/")
    assert _replaced(index, record) == "["
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    (line,) = (one.getMessage() for one in caplog.records)
    assert line.startswith("GET /: ")
    assert "categories.record" in line


@pytest.mark.sqlite_only  # its file
def test_an_index_that_has_gone_is_a_page(client: Asking, index: Index) -> None:
    aside = index.path.rename(index.path.with_suffix(".aside"))
    try:
        answer = client.get("/")
    finally:
        aside.rename(index.path)
    assert answer.status_code == 500
    assert "the index has gone" in answer.text
    assert client.get("/").status_code == 200


def test_an_error_of_the_program_shows_no_trace(
    client: Asking, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Connection, __: str) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("ovmr_index.pools.api.pool_overview", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "The program failed." in answer.text
    assert "secret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    Index.open(index.root, create=False).close()


def test_to_look_changes_nothing(client: Asking, index: Index) -> None:
    before = _state(index)
    for path in ("/", "/?vocabulary=lvis_v1_val", "/collate", "/nothing"):
        client.get(path)
    assert _state(index) == before
