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
_THERE = 600


@pytest.mark.parametrize(
    ("coming", "empty", "kept"),
    [
        (70, (), {"ix_key", "ix_label"}),
        (100, (), {"ix_key"}),
        (200, (), set()),
        (200, ("label",), {"ix_label"}),
    ],
)
def test_indexes_that_are_dropped_come_back(
    coming: int, empty: tuple[str, ...], kept: set[str]
) -> None:
    engine = create_engine("sqlite://")
    names = text("SELECT name FROM sqlite_master WHERE type = 'index'")
    with engine.begin() as connection:
        _ROWS.create(connection)
        connection.execute(insert(_ROWS).values(pk=_THERE))
        with indexes_rebuilt(connection, _ROWS, coming, *empty):
            assert {*connection.execute(names).scalars()} == kept
        assert {*connection.execute(names).scalars()} == {"ix_key", "ix_label"}
