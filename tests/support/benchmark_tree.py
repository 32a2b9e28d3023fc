"""The benchmark's tree at a thousandth of its scale, and its index, made once in a test run."""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.tree import TreeFacts, load_categories, make_tree
from ovmr_index import Index
from tests.support.few_synsets import index_of_synsets
from tests.support.once import made_once

SCALE = 0.001


def benchmark_tree(factory: pytest.TempPathFactory) -> tuple[Path, TreeFacts]:
    """Return the root of the tree, which is to be read only, and its facts."""

    def make(folder: Path) -> None:
        facts = make_tree(folder / "tree", SCALE, categories=load_categories())
        (folder / "facts.json").write_text(json.dumps(asdict(facts)))

    folder = made_once(factory, "benchmark tree", make)
    return folder / "tree", TreeFacts(**json.loads((folder / "facts.json").read_text()))


def copied_benchmark_tree(factory: pytest.TempPathFactory, root: Path) -> Path:
    """Make the tree at `root`, of hard links: a file of it may be replaced, but not changed."""
    tree, _ = benchmark_tree(factory)
    shutil.copytree(tree, root, copy_function=os.link, dirs_exist_ok=True)
    return root


def index_of_benchmark_synsets(factory: pytest.TempPathFactory, with_wordnet: Path) -> Path:
    """Return an index that holds the synsets of LVIS with all above them alone, to be copied."""
    names = {one["synset"] for one in load_categories()}
    return index_of_synsets(factory, with_wordnet, "benchmark synsets.db", names)


def benchmark_index(factory: pytest.TempPathFactory, with_wordnet: Path) -> Path:
    """Return the file of an index of the tree without pools, to be copied.

    Of WordNet it holds the synsets of LVIS and what is above them.
    """
    tree, _ = benchmark_tree(factory)
    few = index_of_benchmark_synsets(factory, with_wordnet)

    def make(path: Path) -> None:
        with Index.open(tree, shutil.copyfile(few, path)) as index:
            index.ingest()

    return made_once(factory, "benchmark.db", make)
