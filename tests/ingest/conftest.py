"""Ingest is tested on an index of few synsets, which is quick to copy and to read."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index import Index
from ovmr_index.db import schema
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Synset
from tests.support.refusals import filled_index
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    BASKET_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
)

SYNSETS = [
    (1, TENCH, TENCH_WNID, "tench Tinca_tinca"),
    (2, APPLE, APPLE_WNID, "apple"),
    (3, BASKET, BASKET_WNID, "basket handbasket"),
]


def _fill(connection: Connection) -> None:
    insert_rows(connection, Synset, ("pk", "name", "wnid", "lemmas"), SYNSETS)


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "ovmr.db"
    schema.create(path, _fill)
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["new", "filled"])
def state(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> tuple[TreeBuilder, Index]:
    """Return a tree and its index, new or filled: what is refused leaves it as it was."""
    builder = TreeBuilder(tmp_path_factory.mktemp("state") / "datasets", empty_index)
    return builder, filled_index(builder) if request.param else builder.index()


@pytest.fixture
def with_index(builder: TreeBuilder) -> None:
    """Begin with an index, which is copied: a first ingest would fill one with all of WordNet."""
    builder.index().close()
