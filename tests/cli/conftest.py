"""The demo's tree with its index: made once, and copied for tests that change it."""

import os
from pathlib import Path

import pytest

from ovmr_index.config import KEYS
from tests.support.copied_tree import copied_tree

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


@pytest.fixture
def tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change, except for the images."""
    return copied_tree(shared, tmp_path / "own tree", linked=IMAGE_FOLDERS)


@pytest.fixture
def whole_tree(shared: Path, tmp_path: Path) -> Path:
    """Return the root of a tree and index that the test may change, images too."""
    return copied_tree(shared, tmp_path / "own tree")
