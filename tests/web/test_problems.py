"""What a page says where something is wrong: a lock, damage, what is not there."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection

from ovmr_index import Index
from ovmr_index.db.file_state import file_state
from ovmr_index.web.app import create_app
from ovmr_index.web.options import ServeOptions
from tests.support.asking import Asking

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


@pytest.mark.sqlite_only  # its file
def test_damage_is_a_page_and_a_line(
    client: Asking, index: Index, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(index.path, isolation_level=None)) as connection:
        (record,) = connection.execute("SELECT record FROM categories").fetchone()
        change = "UPDATE categories SET record = ? WHERE record = ?"
        connection.execute(change, ("[", record))
        with caplog.at_level(logging.ERROR, "ovmr_index.web"):
            answer = client.get("/")
        connection.execute(change, (record, "["))
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


@pytest.mark.sqlite_only  # its file
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
    assert index.path.exists()


@pytest.mark.sqlite_only  # its file
def test_to_look_changes_nothing(client: Asking, index: Index) -> None:
    before = file_state(index.path)
    for path in ("/", "/?vocabulary=lvis_v1_val", "/collate", "/nothing"):
        client.get(path)
    assert file_state(index.path) == before
