"""`sql`: formats, values, limits, refusals."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import CHECKOUT, call, command_line, environment, start
from tests.support.tampering import damage
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

ODD = (
    "SELECT 1 AS a, NULL AS b, X'01ff' AS c, 1e999 AS d,"
    " 'x' || char(10) || char(27) || '\"é' AS e, 2 AS a"
)


@pytest.mark.sqlite_only  # its SQL
def test_table(small_shared: Path) -> None:
    lines = call("sql", ODD, root=small_shared).out.splitlines()
    assert lines == [
        "a  b     c          d  e          a",
        "-  ----  -------  ---  ---------  -",
        "1  NULL  X'01FF'  inf  x\\n\\x1b\"é  2",
    ]


@pytest.mark.sqlite_only  # its SQL
def test_json(small_shared: Path) -> None:
    row = {"a": 1, "b": None, "c": "X'01FF'", "d": "inf", "e": 'x\n\x1b"é', "a_2": 2}
    assert call("sql", ODD, "--json", root=small_shared).data == [row]
    assert call("--json", "sql", ODD, root=small_shared).data == [row]
    assert call("sql", f"{ODD} WHERE 0", "--format", "json", root=small_shared).data == []
    two = call("sql", "SELECT 1 AS a UNION SELECT 2", "--json", root=small_shared)
    assert two.data == [{"a": 1}, {"a": 2}]
    lines = call("sql", ODD, "--format", "jsonl", root=small_shared).out.splitlines()
    assert [json.loads(line) for line in lines] == [row]


@pytest.mark.sqlite_only  # its SQL
def test_csv(small_shared: Path) -> None:
    out = call("sql", ODD, "--format", "csv", root=small_shared).out
    assert list(csv.reader(io.StringIO(out, newline=""))) == [
        ["a", "b", "c", "d", "e", "a"],
        ["1", "", "X'01FF'", "inf", 'x\n\x1b"é', "2"],
    ]


@pytest.mark.sqlite_only  # its SQL
def test_csv_on_a_terminal_shows_no_escape_codes(small_shared: Path) -> None:
    odd = "SELECT char(27) || '[31mred' || char(155) || char(10) AS \"a\x1b\", 1 AS b"
    read, write = os.openpty()
    with start("--root", small_shared, "sql", odd, "--format", "csv", stdout=write) as process:
        assert process.wait() == 0
    os.close(write)
    shown = os.read(read, 10_000)
    os.close(read)
    assert shown.splitlines() == [b"a\\x1b,b", b"\\x1b[31mred\\x9b\\n,1"]


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
unit = 2**20 if sys.platform == "darwin" else 2**10
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // unit)
"""
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.sqlite_only  # its SQL
def test_cells_that_a_spreadsheet_would_run(small_shared: Path) -> None:
    named = (f"""'{text}' AS "{text}" """ for text in FORMULAS[:4])
    query = f"SELECT {', '.join(named)}"
    query += ", char(9) || 'x', char(13) || 'x', 'a=1', '', -1, -1.5, NULL, X'3D'"
    plain = call("sql", query, "--format", "csv", root=small_shared)
    safe = call("sql", query, "--format", "csv", "--csv-safe", root=small_shared)
    rest = ["a=1", "", "-1", "-1.5", "", "X'3D'"]
    head, cells = csv.reader(io.StringIO(plain.out, newline=""))
    assert head[:4] == FORMULAS[:4]
    assert cells == [*FORMULAS, *rest]
    head, cells = csv.reader(io.StringIO(safe.out, newline=""))
    assert head[:4] == [f"'{text}" for text in FORMULAS[:4]]
    assert cells == [*(f"'{text}" for text in FORMULAS), *rest]
    wrong = call("sql", query, "--csv-safe", root=small_shared)
    assert wrong.code == 2
    assert "give --format csv" in wrong.error


@pytest.mark.sqlite_only  # its SQL
def test_long_cells_of_a_table_are_cut_and_of_nothing_else(small_shared: Path) -> None:
    query = (
        "SELECT hex(zeroblob(100000)) AS a, zeroblob(100000) AS b,"
        " char(27) || printf('%.*c', 500, 'x')"
        f' AS c, 1 AS "{"n" * 500}"'
    )
    names, _, cells = call("sql", query, root=small_shared).out.splitlines()
    assert cells.split() == [
        f"{'0' * 117}...",
        f"X'{'0' * 115}...",
        f"\\x1b{'x' * 113}...",
        "1",
    ]
    assert names.split()[3] == f"{'n' * 117}..."
    row = call("sql", query, "--json", root=small_shared).data[0]
    assert [len(value) for value in list(row.values())[:3]] == [200_000, 200_003, 501]
    assert len(call("sql", query, "--format", "csv", root=small_shared).out) > 400_000


@pytest.mark.sqlite_only  # its SQL
@pytest.mark.slow
@pytest.mark.exhaustive(but=["table"])
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_wide_rows_take_little_memory(small_shared: Path, form: str) -> None:
    query = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 14)"
        f" SELECT {', '.join(['hex(zeroblob(1000000))'] * 4)} FROM n"
    )
    # A small process between: Linux counts for a new process what its maker had.
    given = command_line("--root", str(small_shared), "sql", query, "--format", form)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", MEASURE, *given],
        capture_output=True,
        text=True,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    assert int(done.stdout) < 160


def test_columns_of_a_table_are_aligned_beyond_the_first_rows(small_shared: Path) -> None:
    query = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        " SELECT i, 'x' AS x FROM n"
    )
    lines = call("sql", query, root=small_shared).out.splitlines()
    assert len(lines) == 302
    assert {len(line) for line in lines} == {6}


VALUES: list[tuple[str, object]] = [
    ("5", 5),
    ("-3", -3),
    ("0", 0),
    ("0.5", 0.5),
    ("-0.5", -0.5),
    ("0.00001", 0.00001),
    ("100000.0", 100000.0),
    ("", ""),
    *((text, text) for text in ("01", "007", "007.5", "+5", "-0", ".5", "5.", "1.50")),
    *((text, text) for text in ("1e5", "1E5", "1e-07", "1_000", "0x10", " 7", "7 ", "٣")),
    *((text, text) for text in ("nan", "inf", "Infinity", "0.12345678901234567890")),
    ("a=b", "a=b"),
    ("n01440764", "n01440764"),
]


@pytest.mark.sqlite_only  # its SQL
def test_values(small_shared: Path) -> None:
    named = {f"v{number}": text for number, (text, _) in enumerate(VALUES)}
    given = [word for name, text in named.items() for word in ("-p", f"{name}={text}")]
    query = (
        f"SELECT {', '.join(f':{name} AS {name}, typeof(:{name}) AS t{name}' for name in named)}"
    )
    (row,) = call("sql", query, *given, "--json", root=small_shared).data
    kinds = {int: "integer", float: "real", str: "text"}
    found = list(row.values())
    assert [*zip(found[::2], found[1::2], strict=True)] == [
        (value, kinds[type(value)]) for _, value in VALUES
    ]


@pytest.mark.parametrize(
    "params", [["v"], ["=1"], ["v=1", "v=2"], [f"v={'9' * 5000}"], ["v=99999999999999999999"], []]
)
def test_wrong_values(params: list[str], small_shared: Path) -> None:
    given = [word for param in params for word in ("-p", param)]
    done = call("sql", "SELECT :v", *given, root=small_shared)
    assert done.code == 2
    assert done.error


@pytest.mark.sqlite_only  # its SQL
def test_digits_as_text(small_shared: Path) -> None:
    query = "SELECT '7' = :v AS number, '7' = CAST(:v AS TEXT) AS text"
    done = call("sql", query, "-p", "v=7", "--json", root=small_shared)
    assert done.data == [{"number": 0, "text": 1}]


def test_query_from_standard_input(small_shared: Path) -> None:
    assert call("sql", "-", "--json", root=small_shared, stdin="SELECT 1 AS a;\n").data == [
        {"a": 1}
    ]
    wrong = call("sql", "-", root=small_shared, stdin=b"SELECT '\xff'")
    assert wrong.code == 2
    assert "not UTF-8" in wrong.error


def test_limit(shared: Path) -> None:
    query = "SELECT key FROM images ORDER BY pk"
    assert len(call("sql", query, "--limit", 3, "--json", root=shared).data) == 3
    assert call("sql", query, "--limit", 0, "--json", root=shared).data == []
    assert len(call("sql", query, "--json", root=shared).data) > 500


def test_time_limit(small_shared: Path) -> None:
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    done = call("sql", endless, "--seconds", 0.2, root=small_shared)
    assert done.code == 1
    assert "narrow it or give --seconds" in done.error


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM images", "SELEC 1", "", "SELECT 1; SELECT 2", "SELECT * FROM nothing"],
)
def test_refused_queries(query: str, small_shared: Path) -> None:
    done = call("sql", query, root=small_shared)
    assert done.code == 2
    assert done.error


def test_pools_that_are_not_fresh(small_tree: Path) -> None:
    query = "SELECT count(*) FROM exemplars"
    plain = call("sql", query, "--json", root=small_tree)
    assert plain.err == ""
    damage(small_tree, "UPDATE sources SET generation = 7 WHERE name = 'visual_genome'")
    done = call("sql", query, "--json", root=small_tree)
    assert (done.code, done.out) == (0, plain.out)
    stale = "the pools of lvis_v1_train are older than what was ingested since"
    assert done.err == f"{stale}; run `ovmr-index collate`\n"
    assert call("--quiet", "sql", query, root=small_tree).err == ""
    assert call("vocabulary", "list", root=small_tree).err == done.err
    assert call("sql", "SELECT count(*) FROM category_coverage", root=small_tree).err == (
        f"{stale}; the pools of lvis_v1_val were never made; run `ovmr-index collate` and"
        " `ovmr-index collate --vocabulary lvis_v1_val`\n"
    )
    assert call("collate", "--json", root=small_tree).code == 0
    assert call("sql", query, root=small_tree).err == ""
    assert call("vocabulary", "list", root=small_tree).err == ""


def test_exemplars_without_lvis(builder: TreeBuilder) -> None:
    index = builder.index()
    for name in "abcd":
        builder.file(f"{name}/mug/1.jpg", b"")
    index.ingest([index.sources.folder(builder.root / name, name) for name in "abcd"])
    assert call("sql", "SELECT * FROM exemplars", root=builder.root).err == (
        "the view exemplars is of lvis_v1_train, which is not in the index; ask"
        " vocabulary_exemplars\n"
    )
    assert call("sql", "SELECT * FROM vocabulary_exemplars", root=builder.root).err == (
        "the pools of a, b, c, d were never made; run `ovmr-index collate --vocabulary NAME` for"
        " each\n"
    )
