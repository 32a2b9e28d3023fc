"""Rows for a benchmark: copies that an index takes for more of the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.rows import multiply_rows
from ovmr_index.db.models import Region
from ovmr_index.db.session import Session
from ovmr_index.index.index import Index
from tests.support.contents import rows_of
from tests.support.trees import APPLE, TreeBuilder, annotation, category, image

_BOXES = 3


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Yield an index of one category with three boxes on two images, and its pools."""
    root = tmp_path / "tree"
    TreeBuilder(root).lvis(
        categories=[category(1, APPLE)],
        images=[image(3), image(5)],
        annotations=[annotation(11, 3, 1), annotation(12, 5, 1), annotation(17, 5, 1)],
    )
    with Index.open(root) as opened:
        opened.ingest()
        opened.collate()
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("asked", [3 * _BOXES, 3 * _BOXES + 1])
def test_copies_multiply_boxes_and_pools(index: Index, asked: int) -> None:
    with Session(index.root, index.path).write(bulk=True) as connection:
        assert multiply_rows(connection, asked) == 3 * _BOXES
    index.collate()
    query = "SELECT count(*), count(DISTINCT file_name) FROM exemplars"
    assert rows_of(index, query) == [(3 * _BOXES, 6)]


def test_no_copy_is_made_where_there_are_boxes_enough(index: Index) -> None:
    with Session(index.root, index.path).write() as connection:
        assert multiply_rows(connection, 1) == _BOXES
        assert connection.execute(select(func.count()).select_from(Region)).scalar() == _BOXES
