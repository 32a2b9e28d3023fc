"""A query in SQL within a block, in a loop, and in a notebook."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import Index, OvmrIndexError, UsageError

NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) SELECT i FROM n"
)


@pytest.fixture(scope="module")
def index(shared: Path) -> Iterator[Index]:
    with Index.open(shared) as opened:
        yield opened


def test_it_runs_again_each_time(index: Index) -> None:
    query = index.sql("SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, :c", {"c": "y"})
    for _ in range(2):
        with query as answer:
            assert answer.columns == ("a", "b")
            assert repr(answer) == "<Answer: columns a, b>"
            assert [*answer.rows] == [(1, "x"), (2, "y")]
    assert [*query] == [(1, "x"), (2, "y")]


def test_it_may_be_asked_within_itself(index: Index) -> None:
    query = index.sql("SELECT 1 UNION ALL SELECT 2")
    assert [(a, b) for (a,) in query for (b,) in query] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_its_repr_runs_nothing(index: Index) -> None:
    assert repr(index.sql("SELECT\n  nonsense")) == "<Query: SELECT nonsense>"


def test_a_notebook_shows_its_first_rows(index: Index) -> None:
    shown = index.sql(NUMBERS)._repr_html_()
    assert ">20<" in shown
    assert ">21<" not in shown
    assert "and more rows" in shown
    assert "&lt;b&gt;" in index.sql("SELECT '<b>' AS x")._repr_html_()
    assert "no rows" in index.sql("SELECT 1 WHERE 1 = 0")._repr_html_()


def test_a_wrong_query_is_a_line_in_a_notebook(index: Index) -> None:
    shown = index.sql("SELEC")._repr_html_()
    assert "syntax error" in shown
    assert "; in the query: SELEC" in shown
    with pytest.raises(UsageError, match="syntax error"), index.sql("SELEC"):
        pass


@pytest.mark.slow
def test_what_goes_wrong_while_rows_are_taken_is_raised(index: Index) -> None:
    endless = NUMBERS.replace(" WHERE i < 30", "").replace("SELECT i FROM", "SELECT max(i) FROM")
    with pytest.raises(OvmrIndexError, match=r"took longer than 0\.2 s"):
        [*index.sql(endless, seconds=0.2)]
