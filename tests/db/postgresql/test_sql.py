"""Queries of unknown origin to an index on a server, and its names for a shell."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest

from ovmr_index import Index, OvmrIndexError, UsageError
from ovmr_index.db.location import located
from ovmr_index.db.names import names
from ovmr_index.db.pools_state import PoolsState
from ovmr_index.db.query_stop import QueryStop
from ovmr_index.db.readonly import run_query
from tests.support.databases import new_database, run_in
from tests.support.trees import TreeBuilder, annotation, category, image

pytestmark = pytest.mark.slow

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, made: str, server: str) -> Iterator[Index]:
    """Return an index of one box, whose pools are made."""
    builder = TreeBuilder(tmp_path_factory.mktemp("queried") / "datasets")
    builder.lvis(categories=[category(1), category(2, "apple.n.01")])
    with (
        new_database(server, made, name="queried") as url,
        Index.open(builder.root, url) as opened,
    ):
        opened.ingest()
        opened.collate()
        yield opened


def _rows(index: Index, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with index.sql(query, values) as answer:
        return [*answer.rows]


def test_values_are_as_sqlite_has_them(index: Index) -> None:
    query = "SELECT 1 = 1, 1.50, sum(x), 'a' || :text, NULL, date '2026-01-02' FROM boxes"
    assert _rows(index, query, text="'%:x'") == [(1, 1.5, 4, "a'%:x'", None, "2026-01-02")]
    assert _rows(index, "SELECT '{1,2}'::int[], '{\"a\": 1}'::json, 7 % 4, ':no' -- :none") == [
        ("[1, 2]", '{"a": 1}', 3, ":no")
    ]
    assert [*_rows(index, "SELECT i FROM generate_series(1, 9000) AS i")][-1] == (9000,)
    with index.sql("EXPLAIN SELECT 1") as answer:
        assert answer.columns == ("QUERY PLAN",)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT widht FROM image_files", "did you mean 'width'?"),
        ("SELECT nope.x FROM boxes b", "the query names b, and not 'nope'"),
        ("SELECT x FROM boxes, exemplars", "column name: x; write boxes.x or exemplars.x"),
        ("SELECT * FROM exmplars", "no such table: exmplars; did you mean 'exemplars'"),
        ("SELECT roun(1)", "no such function: roun; did you mean 'round'"),
        ("SELECT round('a', 'b', 'c')", "does not exist; in the query"),
        ("DELETE FROM images", "only SELECT is allowed"),
        ("/* a */ -- b\n update images set key = 1", "only SELECT is allowed"),
        ("WITH a AS (DELETE FROM images RETURNING 1) SELECT * FROM a", "only SELECT is allowed"),
        ("SELECT 1; DROP TABLE images", "leave out all but one"),
        ("SELEC", "syntax error"),
        ("SELECT 1 / 0", "division by zero; in the query: SELECT 1 / 0"),
        ("SELECT :k", "the query asks for :k; give params['k']"),
        (" -- nothing\n;", "the query is empty"),
        ("SELECT repeat('x', 5000000)", "a value has at most 4 MiB"),
        ("SELECT pg_read_file('/etc/passwd')", "the function pg_read_file is not allowed"),
        ("SELECT \"set_config\" ('role', 'none', false)", "set_config is not allowed"),
        ("SELECT U&\"set\\005fconfig\"('role', 'none', false)", "is not allowed"),
    ],
)
def test_what_is_wrong_is_a_line(index: Index, query: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        _rows(index, query)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_query_reads_and_can_do_nothing_else(index: Index) -> None:
    before = _rows(index, "SELECT count(*) FROM images")
    assert _rows(index, "SELECT current_user") == [("pg_read_all_data",)]
    for statement in ("lo_create(0)", "nextval('images_pk_seq')"):
        with pytest.raises(OvmrIndexError):
            _rows(index, f"SELECT {statement}")
    assert _rows(index, "SELECT count(*) FROM images") == before


def test_it_ends_on_time_and_when_it_is_stopped(index: Index) -> None:
    for rows in ("max(i)", "i"):
        with pytest.raises(OvmrIndexError, match=r"took longer than 0\.3 s"):
            [*index.sql(ENDLESS.format(rows), seconds=0.3)]
    endless = ENDLESS.format("max(i)")
    with QueryStop() as stop, run_query(index.location, endless, {}, stop=stop) as result:
        timer = Timer(0.2, stop.stop)
        timer.start()
        with pytest.raises(OvmrIndexError, match="was stopped"):
            next(result.rows)
        timer.join()


def test_a_cursor_whose_end_fails_is_closed(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    really_close, closed = psycopg.ServerCursor.close, list[psycopg.ServerCursor[Any]]()

    def close(cursor: psycopg.ServerCursor[Any]) -> None:
        if cursor not in closed:
            closed.append(cursor)
            cursor.connection.execute(f"CLOSE {cursor.name}")  # so that it cannot be closed again
        really_close(cursor)

    monkeypatch.setattr(psycopg.ServerCursor, "close", close)
    with index.sql("SELECT generate_series(1, 100000)") as result:
        assert next(result.rows) == (1,)
    assert [cursor.closed for cursor in closed] == [True]


def test_pools_that_are_not_fresh_are_said(index: Index) -> None:
    url = str(index.location)
    run_in(url, "UPDATE sources SET generation = generation + 1")
    try:
        for view in ("exemplars", "vocabulary_exemplars", "pool_entries"):
            with index.sql(f"SELECT * FROM {view}") as answer:
                assert answer.pools == {"lvis_v1_train": PoolsState.STALE}
        with index.sql("SELECT * FROM boxes") as answer:
            assert answer.pools == {}
    finally:
        run_in(url, "UPDATE sources SET generation = generation - 1")


def test_names_are_completed(index: Index) -> None:
    asked = {"vocabulary": "lvis_v1_train"}
    assert names(index.location, "category", "", **asked) == ["apple", "tench"]
    assert names(index.location, "category", "t", **asked) == ["tench"]
    assert names(index.location, "source", "", **asked) == ["lvis_v1_train"]
    nowhere = located("postgresql://127.0.0.1:1/nothing")
    assert names(nowhere, "source", "", **asked) == []


def test_rows_of_several_readings_are_exported(database: str, tmp_path: Path) -> None:
    builder = TreeBuilder(tmp_path / "datasets")
    builder.lvis()
    with Index.open(builder.root, database) as index:
        index.ingest()
        more = [annotation(1), annotation(2, 2)]
        builder.lvis(images=[image(1), image(2)], annotations=more)
        index.ingest()
        written = index.exports.coco(None, tmp_path / "coco.json")
    found = json.loads(written.path.read_bytes())
    assert [(one["id"], one["image_id"]) for one in found["annotations"]] == [(1, 1), (2, 2)]
