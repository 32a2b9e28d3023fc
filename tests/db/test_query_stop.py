"""A query that is stopped from another thread ends, whatever it is doing."""

from pathlib import Path
from threading import Timer

import pytest

from ovmr_index.db.query_stop import QueryStop
from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError

COUNT_FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"


def test_a_query_without_a_first_row(empty_index: Path) -> None:
    with QueryStop() as stop:
        Timer(0.1, stop.stop).start()
        with (
            pytest.raises(OvmrIndexError, match="the query was stopped"),
            run_query(empty_index, COUNT_FOREVER.format("max(i)"), {}, stop=stop) as result,
        ):
            next(result.rows)


def test_a_query_between_two_rows(empty_index: Path) -> None:
    with (
        QueryStop() as stop,
        run_query(empty_index, COUNT_FOREVER.format("i"), {}, stop=stop) as result,
    ):
        assert next(result.rows) == (1,)
        stop.stop()
        with pytest.raises(OvmrIndexError, match="the query was stopped"):
            sum(1 for _ in result.rows)


def test_a_query_that_nobody_stops(empty_index: Path) -> None:
    with QueryStop() as stop, run_query(empty_index, "SELECT 1", {}, stop=stop) as result:
        assert list(result.rows) == [(1,)]
