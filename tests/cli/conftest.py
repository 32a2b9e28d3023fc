"""The demo's tree with its index: made once, and copied for tests that change it."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.once import made_once


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the tests what the user's environment says."""
    monkeypatch.delenv("OVMR_INDEX_ROOT", raising=False)
    monkeypatch.delenv("OVMR_INDEX_DB", raising=False)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, empty_index: Path) -> Path:
    """Return the root of a tree that was ingested and collated: read only."""

    def make(root: Path) -> None:
        shutil.copytree(demo_tree, root)
        shutil.copyfile(empty_index, root / "ovmr.db")
        index = Index.open(root)
        index.ingest()
        index.collate()

    return made_once(tmp_path_factory, "indexed demo tree", make)


@pytest.fixture
def tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change."""
    return Path(shutil.copytree(shared, tmp_path / "own tree"))
