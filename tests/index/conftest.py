"""What tests of `Index` use: a builder of a tree whose index is quick to copy."""

from pathlib import Path

import pytest

from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import TreeBuilder


@pytest.fixture
def builder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of a tree whose index holds three synsets."""
    return TreeBuilder(tmp_path / "datasets", index_of_few_synsets(tmp_path_factory))
