"""An index that every query finds something in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db.engine import open_engine, reading
from tests.export.odd_trees import OddTree
from tests.trees import TreeBuilder


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Iterator[Connection]:
    """Return a connection on the index of an odd tree."""
    builder = TreeBuilder(tmp_path_factory.mktemp("collation") / "datasets", empty_index)
    OddTree(builder, 0)
    index = builder.index()
    index.ingest()
    index.collate()
    with reading(open_engine(index.path)) as connection:
        yield connection
