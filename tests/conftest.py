"""What tests of every folder use: a small dataset tree with its index, and an odd one."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db import schema
from ovmr_index.db.engine import reading
from ovmr_index.vocabularies.synsets import load_wordnet
from tests.support.odd_trees import OddTree
from tests.support.trees import TreeBuilder

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


@pytest.fixture(scope="module")
def odd_connection(
    tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> Iterator[Connection]:
    """Return a connection on an index that every query finds something in."""
    builder = TreeBuilder(tmp_path_factory.mktemp("odd") / "datasets", empty_index)
    OddTree(builder, 0)
    index = builder.index()
    index.ingest()
    index.collate()
    with reading(index.engine) as connection:
        yield connection
