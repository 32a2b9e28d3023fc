"""What tests of every folder use: a small dataset tree with its index."""

import signal
from pathlib import Path

import pytest

from ovmr_index.db import schema
from ovmr_index.vocabularies.synsets import load_wordnet
from tests.trees import TreeBuilder

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every child.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds WordNet alone, to be copied: made anew it takes a second."""
    path = tmp_path_factory.mktemp("empty") / "ovmr.db"
    schema.create(path, load_wordnet)
    return path


@pytest.fixture
def builder(tmp_path: Path, empty_index: Path) -> TreeBuilder:
    """Return a builder of a dataset tree, which holds nothing yet."""
    return TreeBuilder(tmp_path / "datasets", empty_index)
