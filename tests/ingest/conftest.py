"""Ingest is tested on an index of few synsets, which is quick to copy and to read."""

from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.contents import assert_sound
from tests.support.few_synsets import index_of_few_synsets
from tests.support.refusals import filled_index
from tests.support.trees import TreeBuilder


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    return index_of_few_synsets(tmp_path_factory)


@pytest.fixture(scope="module", params=[False, True], ids=["new", "filled"])
def state(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> tuple[TreeBuilder, Index]:
    """Return a tree and its index, new or filled: what is refused leaves it as it was."""
    builder = TreeBuilder(tmp_path_factory.mktemp("state") / "datasets", empty_index)
    index = filled_index(builder) if request.param else builder.index()
    assert_sound(index)
    return builder, index


@pytest.fixture
def with_index(builder: TreeBuilder) -> None:
    """Begin with an index, which is copied: a first ingest would fill one with all of WordNet."""
    builder.index().close()
