"""The demo's tree, made once in a test run: to draw its images takes seconds."""

from pathlib import Path

import pytest

from ovmr_index.demo.tree import make_demo_tree
from tests.support.once import made_once


def whole_demo(factory: pytest.TempPathFactory) -> Path:
    """Return the demo's dataset tree, without an index: read only."""
    return made_once(factory, "demo", lambda new: make_demo_tree(new / "tree")) / "tree"
