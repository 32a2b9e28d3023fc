"""The benchmark's tree at a thousandth of its scale, made once in a run of the tests."""

import os
import shutil
from pathlib import Path

import pytest

from benchmarks.tree import load_categories, make_tree
from tests.support.once import made_once

SCALE = 0.001


def copied_benchmark_tree(factory: pytest.TempPathFactory, root: Path) -> Path:
    """Make the tree at `root`, of hard links: a file of it may be replaced, but not changed."""

    def make(tree: Path) -> None:
        make_tree(tree, SCALE, categories=load_categories())

    tree = made_once(factory, "benchmark tree", make)
    shutil.copytree(tree, root, copy_function=os.link, dirs_exist_ok=True)
    return root
