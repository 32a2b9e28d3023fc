"""The demo's tree with its index, and a part of it: made once, and copied for tests to change.

All indexes here hold few synsets: those of WordNet take a while to copy and to read, and a second
to check.
"""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.config import KEYS
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.index import wordnet_check
from tests.support.copied_tree import copied_tree
from tests.support.few_synsets import index_of_synsets
from tests.support.odd_trees import synsets_of_odd_trees
from tests.support.once import made_once
from tests.support.small_demo import make_small_demo, synsets_of_demo
from tests.support.trees import TreeBuilder

# Of the names that tests look up, beside those of the demo and of `TreeBuilder`.
NAMED = {"ashcan.n.01", "car.n.01", "crane.n.04", "dog.n.01", "person.n.01", "stapler.n.01"}
IMAGE_FOLDERS = (
    "coco",
    "imagenet/imagenet21k_P",
    "VisualGenome/VG_100K",
    "VisualGenome/VG_100K_2",
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the tests what the user's environment and settings say."""
    for key in KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)


@pytest.fixture(scope="session")
def few_synsets(
    tmp_path_factory: pytest.TempPathFactory, empty_index: Path, demo_tree: Path
) -> Path:
    """Return an index of the synsets that these tests name with all above them, to be copied."""
    names = NAMED | synsets_of_odd_trees() | synsets_of_demo(demo_tree)
    return index_of_synsets(tmp_path_factory, empty_index, "synsets of commands.db", names)


@pytest.fixture
def few_are_checked(few_synsets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a check take the few synsets for what WordNet has."""
    with reading(open_engine(few_synsets)) as connection:
        texts = [connection.execute(query).one() for query in wordnet_check._texts()]
    as_made = [(lines, hashlib.sha256(text).hexdigest()) for lines, text in texts]
    monkeypatch.setattr(wordnet_check, "_AS_MADE", as_made)


@pytest.fixture
def builder(tmp_path: Path, few_synsets: Path) -> TreeBuilder:
    """Return a builder of a dataset tree, which holds nothing yet."""
    return TreeBuilder(tmp_path / "datasets", few_synsets)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, few_synsets: Path) -> Path:
    """Return the root of the demo's tree, ingested and collated: read only."""

    def make(root: Path) -> None:
        shutil.copytree(demo_tree, root)
        _ingest(root, few_synsets)

    return made_once(tmp_path_factory, "indexed demo of few synsets", make)


@pytest.fixture(scope="session")
def small_shared(
    tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, few_synsets: Path
) -> Path:
    """Return the same of twelve of the demo's forty categories: read only."""

    def make(root: Path) -> None:
        make_small_demo(demo_tree, root)
        _ingest(root, few_synsets)

    return made_once(tmp_path_factory, "indexed small demo", make)


def _ingest(root: Path, few_synsets: Path) -> None:
    shutil.copyfile(few_synsets, root / "ovmr.db")
    with Index.open(root) as index:
        index.ingest()
        index.collate()


@pytest.fixture
def tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change, except for the images."""
    return copied_tree(shared, tmp_path / "own tree", linked=IMAGE_FOLDERS)


@pytest.fixture
def small_tree(small_shared: Path, tmp_path: Path) -> Path:
    """Return the same of twelve categories."""
    return copied_tree(small_shared, tmp_path / "own tree", linked=IMAGE_FOLDERS)


@pytest.fixture
def whole_small_tree(small_shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree of twelve categories that the test may change, images too."""
    return copied_tree(small_shared, tmp_path / "own tree")


@pytest.fixture
def whole_tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change, images too."""
    return copied_tree(shared, tmp_path / "own tree")
