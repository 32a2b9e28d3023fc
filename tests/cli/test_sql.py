"""`sql`: formats, values, limits, refusals."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.support.runs import call

ODD = (
    "SELECT 1 AS a, NULL AS b, X'01ff' AS c, 1e999 AS d,"
    " 'x' || char(10) || char(27) || '\"é' AS e, 2 AS a"
)


def test_table(shared: Path) -> None:
    lines = call("sql", ODD, root=shared).out.splitlines()
    assert lines == [
        "a  b     c          d  e          a",
        "-  ----  -------  ---  ---------  -",
        "1  NULL  X'01FF'  inf  x\\n\\x1b\"é  2",
    ]


def test_json(shared: Path) -> None:
    row = {"a": 1, "b": None, "c": "X'01FF'", "d": "inf", "e": 'x\n\x1b"é', "a_2": 2}
    assert call("sql", ODD, "--json", root=shared).data == [row]
    assert call("--json", "sql", ODD, root=shared).data == [row]
    assert call("sql", f"{ODD} WHERE 0", "--format", "json", root=shared).data == []
    two = call("sql", "SELECT 1 AS a UNION SELECT 2", "--json", root=shared)
    assert two.data == [{"a": 1}, {"a": 2}]
    lines = call("sql", ODD, "--format", "jsonl", root=shared).out.splitlines()
    assert [json.loads(line) for line in lines] == [row]


def test_csv(shared: Path) -> None:
    out = call("sql", ODD, "--format", "csv", root=shared).out
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        ["a", "b", "c", "d", "e", "a"],
        ["1", "", "X'01FF'", "inf", 'x\n\x1b"é', "2"],
    ]


def test_columns_of_a_table_are_aligned_beyond_the_first_rows(shared: Path) -> None:
    query = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        " SELECT i, 'x' AS x FROM n"
    )
    lines = call("sql", query, root=shared).out.splitlines()
    assert len(lines) == 302
    assert {len(line) for line in lines} == {6}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-3", -3),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("", ""),
        ("007", "007"),
        ("nan", "nan"),
        ("1_000", "1_000"),
        ("a=b", "a=b"),
        ("n01440764", "n01440764"),
    ],
)
def test_values(text: str, value: object, shared: Path) -> None:
    done = call("sql", "SELECT :v AS v, typeof(:v) AS t", "-p", f"v={text}", "--json", root=shared)
    kinds = {int: "integer", float: "real", str: "text"}
    assert done.data == [{"v": value, "t": kinds[type(value)]}]


@pytest.mark.parametrize(
    "params", [["v"], ["=1"], ["v=1", "v=2"], [f"v={'9' * 5000}"], ["v=99999999999999999999"], []]
)
def test_wrong_values(params: list[str], shared: Path) -> None:
    given = [word for param in params for word in ("-p", param)]
    done = call("sql", "SELECT :v", *given, root=shared)
    assert done.code == 2
    assert done.error


def test_query_from_standard_input(shared: Path) -> None:
    assert call("sql", "-", "--json", root=shared, stdin="SELECT 1 AS a;\n").data == [{"a": 1}]
    wrong = call("sql", "-", root=shared, stdin=b"SELECT '\xff'")
    assert wrong.code == 2
    assert "not UTF-8" in wrong.error


def test_limit(shared: Path) -> None:
    query = "SELECT key FROM images ORDER BY pk"
    assert len(call("sql", query, "--limit", 3, "--json", root=shared).data) == 3
    assert call("sql", query, "--limit", 0, "--json", root=shared).data == []
    assert len(call("sql", query, "--json", root=shared).data) > 500


def test_time_limit(shared: Path) -> None:
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    done = call("sql", endless, "--seconds", 0.2, root=shared)
    assert done.code == 1
    assert "narrow it or give --seconds" in done.error


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM images", "SELEC 1", "", "SELECT 1; SELECT 2", "SELECT * FROM nothing"],
)
def test_refused_queries(query: str, shared: Path) -> None:
    done = call("sql", query, root=shared)
    assert done.code == 2
    assert done.error
