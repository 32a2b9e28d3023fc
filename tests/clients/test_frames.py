"""Frames of pandas and Polars: the same types and values from the same query."""

from types import ModuleType
from typing import Any

import pandas as pd
import polars as pl
import pytest

from ovmr_index import Index, OvmrIndexError, UsageError
from ovmr_index.integrations import pandas, polars, query_columns

EVERY_KIND = """
SELECT 1 AS number, 1.5 AS part, 'x' AS name, x'00ff' AS bytes, NULL AS empty
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL
UNION ALL SELECT 9007199254740993, 2, '', x'', NULL
"""
PANDAS_TYPES = ["Int64", "Float64", "string", "object", "object"]
POLARS_TYPES = [pl.Int64, pl.Float64, pl.String, pl.Binary, pl.Null]
BOTH = pytest.mark.parametrize("package", [pandas, polars], ids=["pandas", "polars"])


def rows_of(frame: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a frame of either package, with None for nulls."""
    if isinstance(frame, pl.DataFrame):
        return [*frame.rows()]
    plain: pd.DataFrame = frame.astype(object).where(frame.notna(), None)
    return [*plain.itertuples(index=False, name=None)]


@BOTH
@pytest.mark.parametrize("rows", [1, 65_536])
def test_values_and_types_of_every_kind(
    index: Index, package: ModuleType, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(query_columns, "_ROWS", rows)
    frame = package.frame(index, EVERY_KIND)
    if package is pandas:
        assert [str(one) for one in frame.dtypes] == PANDAS_TYPES
        assert frame["number"][1] is pd.NA
    else:
        assert frame.dtypes == POLARS_TYPES
    assert rows_of(frame) == [
        (1, 1.5, "x", b"\x00\xff", None),
        (None,) * 5,
        (9_007_199_254_740_993, 2.0, "", b"", None),
    ]


@BOTH
@pytest.mark.parametrize("view", ["exemplars", "image_files"])
def test_a_view_by_its_name(index: Index, package: ModuleType, view: str) -> None:
    frame = package.frame(index, view)
    with index.sql(f"SELECT * FROM {view}") as result:
        assert tuple(frame.columns) == result.columns
        assert rows_of(frame) == [*result.rows]


@BOTH
def test_a_query_with_values(index: Index, package: ModuleType) -> None:
    query = "SELECT category, count(*) AS exemplars FROM exemplars WHERE w > :w GROUP BY 1 LIMIT 2"
    frame = package.frame(index, query, {"w": 50})
    assert frame.shape == (2, 2)
    assert [*frame["category"]] == ["apple", "balloon"]


@BOTH
def test_a_query_without_rows_has_its_columns(index: Index, package: ModuleType) -> None:
    frame = package.frame(index, "SELECT category, w FROM exemplars WHERE 0")
    assert (frame.shape, [*frame.columns]) == ((0, 2), ["category", "w"])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT 1 AS x UNION ALL SELECT 'a'", r"column x has values of type integer and text; m"),
        ("SELECT 1.5 AS x UNION ALL SELECT x'00'", "column x has values of type blob and real"),
        ("SELECT 1 AS x, 2 AS x", "two columns are called x; name one of them by AS"),
        ("absent", "no such table: absent; there are .*vocabulary_exemplars"),
        ("DELETE FROM images", "only SELECT is allowed"),
        ("", "the query is empty"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(index: Index, query: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        pandas.frame(index, query)


@BOTH
def test_a_query_that_takes_too_long(index: Index, package: ModuleType) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(OvmrIndexError, match="the query took longer than"):
        package.frame(index, endless, seconds=0.2)


def test_exemplars_and_samples_become_frames(index: Index) -> None:
    exemplars = index.exemplars("goldfish")
    frame = exemplars.to_pandas()
    assert [*frame["path"]] == [str(one.path) for one in exemplars]
    assert rows_of(frame[["x", "region_id"]]) == [(one.x, one.region_id) for one in exemplars]
    assert exemplars[:0].to_pandas().shape == (0, 0)
    drawn = index.sample(k=2, seed=7).to_pandas()
    assert [*drawn["rank"]] == [0, 1] * 40
    assert [*drawn["category"]][:2] == ["apple", "apple"]


def test_coverage_categories_and_answers_become_frames(index: Index) -> None:
    coverage = index.coverage()
    assert [*coverage.to_pandas()["total"]] == [one.total for one in coverage]
    assert [*index.categories().to_pandas()["total"]] == [one.total for one in coverage]
    query = index.sql("SELECT 1 AS a UNION ALL SELECT 2")
    with query as answer:
        assert next(answer.rows) == (1,)
        assert [*answer.to_pandas()["a"]] == [2]
    assert [*query.to_pandas()["a"]] == [1, 2]
