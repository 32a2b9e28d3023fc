"""Rows in bulk: which indexes are dropped and built again around them."""

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table, create_engine, insert, text

from ovmr_index.db.bulk import indexes_rebuilt

_ROWS = Table(
    "rows",
    MetaData(),
    Column("pk", Integer, primary_key=True),
    Column("source_pk", Integer),
    Column("key", Integer),
    Column("label", Integer),
    Index("ix_key", "source_pk", "key"),
    Index("ix_label", "label"),
)
_THERE = 60_000


@pytest.mark.parametrize(
    ("coming", "empty", "kept"),
    [
        (7_000, (), {"ix_key", "ix_label"}),
        (10_000, (), {"ix_key"}),
        (20_000, (), set()),
        (20_000, ("label",), {"ix_label"}),
    ],
)
def test_indexes_that_are_dropped_come_back(
    coming: int, empty: tuple[str, ...], kept: set[str]
) -> None:
    assert _kept(_THERE, coming, *empty) == kept


@pytest.mark.parametrize(("coming", "kept"), [(999, {"ix_key", "ix_label"}), (1_000, set())])
def test_few_rows_are_entered_one_by_one(coming: int, kept: set[str]) -> None:
    assert _kept(1, coming) == kept


def _kept(there: int, coming: int, *empty: str) -> set[str]:
    """Return which indexes of a table stay while rows come beside those there."""
    engine = create_engine("sqlite://")
    names = text("SELECT name FROM sqlite_master WHERE type = 'index'")
    with engine.begin() as connection:
        _ROWS.create(connection)
        connection.execute(insert(_ROWS).values(pk=there))
        with indexes_rebuilt(connection, _ROWS, coming, *empty):
            kept = {*connection.execute(names).scalars()}
        assert {*connection.execute(names).scalars()} == {"ix_key", "ix_label"}
    return kept
