"""What tests of samples use: an index of few synsets, and a builder of a tree with it."""

from pathlib import Path

import pytest

from tests.support.few_synsets import index_of_synsets
from tests.support.odd_trees import synsets_of_odd_trees
from tests.support.trees import TreeBuilder

# Of the names that tests look up, beside those of odd trees.
NAMED = {"cat.n.01", "dog.n.01", "egg.n.01", "mug.n.04"}


@pytest.fixture(scope="session")
def few_synsets(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return an index of the synsets that these tests name with all above them, to be copied."""
    names = NAMED | synsets_of_odd_trees()
    return index_of_synsets(tmp_path_factory, empty_index, "synsets of samples.db", names)


@pytest.fixture
def builder(tmp_path: Path, few_synsets: Path) -> TreeBuilder:
    """Return a builder of a dataset tree, which holds nothing yet."""
    return TreeBuilder(tmp_path / "datasets", few_synsets)
