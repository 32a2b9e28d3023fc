"""The demo's tree with its index: made once, and copied for tests that change it."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the tests what the user's environment says."""
    monkeypatch.delenv("OVMR_INDEX_ROOT", raising=False)
    monkeypatch.delenv("OVMR_INDEX_DB", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change."""
    return Path(shutil.copytree(shared, tmp_path / "own tree"))
