"""`--format` of every command that prints a table."""

import csv
import io
import json
import shlex
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from tests.support.runs import Run, call

LISTS = (
    "coverage --under 45",
    "coverage --why",
    "verify --quick",
    "audit --ids-only",
    "sample list",
    "vocabulary list",
    "suggest wedding_ring",
    "sql 'SELECT dataset, x FROM exemplars ORDER BY file_name, x LIMIT 9'",
)
OTHERS = (
    "status",
    "show apple -K 3",
    "sample show one",
    "sample diff one two",
    "partition list",
    "curate list",
    "prepare training --check",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, small_shared: Path) -> Path:
    """Return the root of the small demo's tree with two samples and a mark."""
    root = tmp_path_factory.mktemp("tables")
    for one in small_shared.iterdir():
        if one.name == "ovmr.db":
            (root / one.name).write_bytes(one.read_bytes())
        else:
            (root / one.name).symlink_to(one)
    with Index.open(root) as index:
        index.sample(name="one")
        index.sample(DrawOptions(seed=7), name="two")
        first = index.pools.show("apple", limit=1).exemplars[0]
        mark = index.curation.find("apple", "lvis_v1_train", region=first.region_id)
        index.curation.exclude(mark)
    return root


def run(root: Path, command: str, form: str) -> Run:
    """Run a command with a format, and see that it worked or found something."""
    done = call(*shlex.split(command), "--format", form, root=root)
    assert done.code in (0, 1), done.err
    assert "error:" not in done.err
    return done


def members_of(done: Run) -> list[dict[str, str]]:
    """Return the rows of CSV."""
    return list(csv.DictReader(io.StringIO(done.out, newline="")))


@pytest.mark.slow
@pytest.mark.exhaustive(but=["coverage --under 45"])
@pytest.mark.parametrize("command", LISTS)
def test_every_format_has_the_members_of_json(root: Path, command: str) -> None:
    plain = call(*shlex.split(command), "--json", root=root)
    assert run(root, command, "json").out == plain.out
    members = plain.data
    _require_csv_of(root, command, members)
    lines = run(root, command, "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == members
    assert markdown_rows(run(root, command, "markdown").out) == len(members)


@pytest.mark.slow
@pytest.mark.parametrize("command", LISTS[1:])
def test_csv_has_the_members_of_json(root: Path, command: str) -> None:
    _require_csv_of(root, command, call(*shlex.split(command), "--json", root=root).data)


def _require_csv_of(root: Path, command: str, members: list[dict[str, object]]) -> None:
    rows = members_of(run(root, command, "csv"))
    assert len(rows) == len(members)
    for row, member in zip(rows, members, strict=True):
        assert list(row) == list(member)
        assert [row[key] for key in row] == [_as_text(value) for value in member.values()]


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def markdown_rows(text: str) -> int:
    """Return the number of rows of a table in Markdown, all of which have as many columns."""
    _, rule, *rows = text.strip().splitlines()
    assert {row.replace("\\|", "").count("|") for row in rows} <= {rule.count("|")}
    return len(rows)


@pytest.mark.slow
@pytest.mark.parametrize("command", OTHERS)
def test_rows_are_the_same_in_every_format(root: Path, command: str) -> None:
    rows = members_of(run(root, command, "csv"))
    lines = [json.loads(line) for line in run(root, command, "jsonl").out.splitlines()]
    assert len(rows) == len(lines)
    assert all(list(row) == list(line) for row, line in zip(rows, lines, strict=True))


@pytest.mark.slow
@pytest.mark.exhaustive(but=["status", "show apple -K 3"])
@pytest.mark.parametrize("command", OTHERS)
def test_nothing_but_the_table_is_on_standard_output(root: Path, command: str) -> None:
    assert run(root, command, "json").out == call(*shlex.split(command), "--json", root=root).out
    markdown = run(root, command, "markdown").out
    assert all(line.startswith("| ") for line in markdown.splitlines() if line)


def test_a_csv_without_rows_has_its_columns(shared: Path) -> None:
    done = call("sample", "list", "--format", "csv", root=shared)
    assert done.out == "name,k,seed,method,on_shortage,created_at,picks,gone\n"
    assert done.err == "no sample is saved\n"


def test_the_difference_of_samples_says_which_holds_what(root: Path) -> None:
    rows = members_of(run(root, "sample diff one two", "csv"))
    assert {row["only_in"] for row in rows} == {"one", "two"}


@pytest.mark.sqlite_only  # its SQL
def test_markdown_escapes_what_means_something_in_it(shared: Path) -> None:
    query = "SELECT 'a|b\\' || char(10) || '*c* _d_ e_f' AS x, 2.5 AS y, NULL AS z"
    assert call("sql", query, "--format", "markdown", root=shared).out == (
        "| x                         |   y | z   |\n"
        "| ------------------------- | --: | --- |\n"
        "| a\\|b\\\\<br>\\*c\\* \\_d\\_ e_f | 2.5 |     |\n"
    )


def test_an_unknown_format_is_named_with_all_others(shared: Path) -> None:
    done = call("coverage", "--format", "xml", root=shared)
    assert done.code == 2
    assert "'markdown'" in done.err
