"""The demo's tree with its index: made once, and copied for tests that change it."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.demo.tree import make_demo_tree


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the tests what the user's environment says."""
    monkeypatch.delenv("OVMR_INDEX_ROOT", raising=False)
    monkeypatch.delenv("OVMR_INDEX_DB", raising=False)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a tree that was ingested and collated: read only."""
    root = tmp_path_factory.mktemp("demo") / "tree"
    make_demo_tree(root)
    index = Index.open(root)
    index.ingest()
    index.collate()
    return root


@pytest.fixture
def tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index of the test's own."""
    return Path(shutil.copytree(shared, tmp_path / "own tree"))
