"""Ad-hoc SQL: it reads what can be read, and does nothing else."""

import signal
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import Popen

import pytest

from ovmr_index.db.query_process import VALUE_BYTES
from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError, UsageError
from tests.support.plans import plan_text

pytestmark = pytest.mark.slow

StartChild = Callable[..., Popen[str]]
_rarer = partial(pytest.param, marks=pytest.mark.exhaustive)  # the same is refused of another

COUNT_FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"
COUNT_UNTIL_INTERRUPTED = f"""
import sys
from pathlib import Path
from ovmr_index.db.readonly import run_query
try:
    with run_query(Path(sys.argv[1]), "{COUNT_FOREVER.format("i")}", {{}}) as result:
        print(next(result.rows), flush=True)
        sum(1 for _ in result.rows)
except KeyboardInterrupt:
    print("interrupted")
"""


def _rows(path: Path, query: str, **params: int | float | str) -> list[tuple[object, ...]]:
    with run_query(path, query, params) as result:
        return list(result.rows)


def _error(path: Path, query: str, **params: int | float | str) -> str:
    with pytest.raises(UsageError) as caught:
        _rows(path, query, **params)
    message = str(caught.value)
    assert "\n" not in message
    return message


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_rows_and_columns(made_index: Path) -> None:
    query = "SELECT category, dataset, x FROM exemplars ORDER BY position"
    with run_query(made_index, query, {}) as result:
        assert result.columns == ("category", "dataset", "x")
        assert list(result.rows) == [
            ("apple", "lvis", 1.5),
            ("apple", "imagenet21k", None),
            ("apple", "visual_genome", -1),
        ]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT :whole, :broken, :text", [(5, 5.0, "5")]),
        (f"{COUNT_FOREVER.format('i')} LIMIT 3", [(1,), (2,), (3,)]),
        ("SELECT key, row_number() OVER (ORDER BY key DESC) FROM categories", [(12, 1), (7, 2)]),
        ("SELECT value FROM json_each('[1, \"a\"]')", [(1,), ("a",)]),
        ("SELECT json_extract('{\"a\": [7]}', '$.a[0]')", [(7,)]),
        ("SELECT atom FROM json_tree('[[3]]') WHERE atom IS NOT NULL", [(3,)]),
        ("SELECT 1; -- and a comment", [(1,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
    ],
)
def test_what_may_be_asked(made_index: Path, query: str, rows: list[tuple[object, ...]]) -> None:
    found = _rows(made_index, query, whole=5, broken=5.0, text="5")
    assert found == rows
    assert [[type(value) for value in row] for row in found] == [
        [type(value) for value in row] for row in rows
    ]


def test_explain(made_index: Path) -> None:
    assert _rows(made_index, "EXPLAIN SELECT * FROM regions")
    with run_query(made_index, "EXPLAIN QUERY PLAN SELECT * FROM regions", {}) as result:
        assert result.columns[-1] == "detail"
        assert plan_text(row[-1] for row in result.rows) == "SCAN regions"


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO datasets (name, root) VALUES ('a', 'b')",
        _rarer("REPLACE INTO datasets (id, name, root) VALUES (1, 'a', 'b')"),
        "UPDATE datasets SET root = ''",
        _rarer("DELETE FROM pool_entries"),
        "DELETE FROM pool_entries RETURNING position",
        "WITH a AS (SELECT 1) DELETE FROM pool_entries",
        "DROP TABLE pool_entries",
        _rarer("DROP VIEW exemplars"),
        "ALTER TABLE datasets RENAME TO others",
        "CREATE TABLE mine (a)",
        "CREATE TEMP TABLE mine (a)",
        _rarer("CREATE TEMP VIEW mine AS SELECT 1"),
        _rarer("CREATE INDEX mine ON datasets (root)"),
        "CREATE VIRTUAL TABLE mine USING fts5(a)",
        "CREATE TEMP TRIGGER mine AFTER INSERT ON datasets BEGIN SELECT 1; END",
        "ATTACH '{folder}/new.db' AS other",
        _rarer("ATTACH ':memory:' AS other"),
        "DETACH main",
        _rarer("VACUUM"),
        "VACUUM INTO '{folder}/new.db'",
        "REINDEX",
        "ANALYZE",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        _rarer("PRAGMA journal_mode = WAL"),
        _rarer("PRAGMA user_version = 3"),
        _rarer("PRAGMA temp_store_directory = '{folder}'"),
        "SELECT * FROM pragma_user_version",
        "BEGIN IMMEDIATE",
        _rarer("SAVEPOINT mine"),
        _rarer("COMMIT"),
        "EXPLAIN DELETE FROM pool_entries",
        "DELETE FROM exemplars",
        _rarer("UPDATE exemplars SET x = 1"),
        _rarer("INSERT INTO exemplars DEFAULT VALUES"),
        _rarer("WITH one AS (SELECT 1) DELETE FROM exemplars"),
        "SELECT load_extension('{folder}/library')",
        _rarer("SELECT load_extension('{folder}/library', 'start')"),
        _rarer("SELECT count(*) FROM datasets WHERE LOAD_EXTENSION('{folder}/library')"),
    ],
)
def test_what_may_not_be_done(index: Path, query: str) -> None:
    before = _files(index.parent)
    message = _error(index, query.format(folder=index.parent))
    assert message.startswith("only SELECT is allowed: the index is read-only here; in the query: ")
    assert _files(index.parent) == before


@pytest.mark.parametrize(
    "call", ["readfile('{file}')", "writefile('{file}', 'a')", "fts3_tokenizer('simple')"]
)
def test_functions_that_reach_out_are_forbidden_or_unknown(index: Path, call: str) -> None:
    file = index.parent / "file"
    file.write_text("secret")
    message = _error(index, f"SELECT {call.format(file=file)}")
    assert message.startswith(("only SELECT is allowed", "no such function"))
    assert file.read_text() == "secret"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELEC 1", 'near "SELEC": syntax error; in the query: SELEC 1'),
        ("SELECT\n 1 +", "incomplete input; in the query: SELECT 1 +"),
        ("SELECT a\nFROM datasets", "no such column: a; datasets has name, pk, root"),
        (
            "SELECT * FROM nosuch",
            "no such table: nosuch; there are boxes, ingest_problems, category_ancestors,"
            " box_details, box_synsets, image_twins, category_coverage, marks,"
            " vocabulary_exemplars, vocabulary_categories, exemplars, image_files, image_labels,"
            " sample_exemplars",
        ),
        ("SELECT :k", "the query asks for :k; give params['k']"),
        ("SELECT @k", "the query asks for :k; give params['k']"),
        ("", "the query is empty; give a SELECT"),
        ("  ; ", "the query is empty; give a SELECT"),
        ("-- nothing", "the query is empty; give a SELECT"),
        (
            "SELECT 1; SELECT 2",
            "You can only execute one statement at a time; leave out all but one; in the query:"
            " SELECT 1; SELECT 2",
        ),
        (
            "SELECT abs(-9223372036854775807 - 1)",
            "integer overflow; in the query: SELECT abs(-9223372036854775807 - 1)",
        ),
    ],
)
def test_wrong_query(made_index: Path, query: str, message: str) -> None:
    assert _error(made_index, query) == message


def test_value_without_a_name(made_index: Path) -> None:
    assert "; give its values by name, as :k; in the query: SELECT ?" in _error(
        made_index, "SELECT ?", k=5
    )


@pytest.mark.parametrize("k", [2**63, -(2**63) - 1, 10**4000])
def test_integer_beyond_64_bits(made_index: Path, k: int) -> None:
    assert _error(made_index, "SELECT :k", k=k) == (
        "params['k']: an integer has at most 64 bits here; give a smaller one"
    )


def test_largest_integers(made_index: Path) -> None:
    ends = (-(2**63), 2**63 - 1)
    assert _rows(made_index, "SELECT :a, :b", a=ends[0], b=ends[1]) == [ends]


def test_text_that_is_not_utf8(made_index: Path) -> None:
    message = "the query or a value is not UTF-8 text"
    assert _error(made_index, "SELECT '\udcff'") == message
    assert _error(made_index, "SELECT :a", a="\udcff") == message
    with pytest.raises(OvmrIndexError, match="it is damaged; restore a backup") as caught:
        _rows(made_index, "SELECT CAST(x'ff' AS TEXT)")
    assert "ovmr.db: Could not decode to UTF-8" in str(caught.value)
    assert "select it as CAST(... AS BLOB)" in str(caught.value)


def test_long_query_is_cut_in_its_error(made_index: Path) -> None:
    assert len(_error(made_index, f"SELECT {'1 + ' * 1_000}")) < 300


@pytest.mark.parametrize(
    "value",
    [
        "zeroblob(2e9)",
        "randomblob(1000000000)",
        f"replace(hex(zeroblob({VALUE_BYTES // 4})), '0', '0000')",
        f"group_concat(hex(zeroblob(1000000))) FROM ({COUNT_FOREVER.format('i')} LIMIT 99)",
    ],
)
def test_huge_value_is_refused(made_index: Path, value: str) -> None:
    assert "too big; a value has at most 4 MiB here" in _error(made_index, f"SELECT {value}")


@pytest.mark.parametrize("found", ["count(*)", "i"])
def test_time_limit(made_index: Path, found: str) -> None:
    with (
        pytest.raises(OvmrIndexError, match=r"took longer than 0\.2 s; narrow it or give seconds="),
        run_query(made_index, COUNT_FOREVER.format(found), {}, seconds=0.2) as result,
    ):
        sum(1 for _ in result.rows)


@pytest.mark.slow
def test_many_rows_stream(made_index: Path) -> None:
    query = f"{COUNT_FOREVER.format('i, printf(:text, i)')} LIMIT 30000"
    tracemalloc.start()
    try:
        with run_query(made_index, query, {"text": "a text of some length: %d"}) as result:
            count = sum(1 for _ in result.rows)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000  # all of them are three times that
    finally:
        tracemalloc.stop()
    assert count == 30_000


def test_rows_that_nobody_takes_are_let_go(index: Path) -> None:
    with run_query(index, COUNT_FOREVER.format("i"), {}) as result:
        assert next(result.rows) == (1,)
    index.unlink()


def test_error_of_the_block_is_not_changed(made_index: Path) -> None:
    with pytest.raises(UnicodeEncodeError), run_query(made_index, "SELECT 1", {}):
        "\udcff".encode()


@pytest.mark.slow
def test_interrupt_is_no_time_limit(made_index: Path, start_child: StartChild) -> None:
    child = start_child(COUNT_UNTIL_INTERRUPTED, made_index)
    assert child.stdout is not None
    assert child.stdout.readline() == "(1,)\n"
    child.send_signal(signal.SIGINT)
    assert child.communicate()[0] == "interrupted\n"
