"""A tree of three datasets with two dozen exemplars a category, ingested once for all tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.few_synsets import index_of_few_synsets
from tests.support.once import made_once
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

SYNSETS = (TENCH, APPLE, BASKET)


def write_tree(builder: TreeBuilder) -> None:
    """Write boxes on ten images, folders of ImageNet, and objects of Visual Genome."""
    sides = {1: 36, 2: 60, 3: 90}
    builder.lvis(
        images=[image(number) for number in range(1, 11)],
        categories=[category(key, synset) for key, synset in enumerate(SYNSETS, 1)],
        annotations=[
            annotation(
                10 * key + number,
                1 + number // 2 + key,
                key,
                bbox=[1, 2, 40 + number, sides[1 + number % 3]],
            )
            for key in (1, 2, 3)
            for number in range(10)
        ],
    )
    names = [f"{letter}.JPEG" for letter in "abcdef"]
    builder.imagenet({f"train/{TENCH_WNID}": names, f"train/{APPLE_WNID}": names[:3]})
    builder.visual_genome(
        *(
            vg_objects(100 + i, *(vg_object(10 * i + n, s) for n, s in enumerate(SYNSETS)))
            for i in range(6)
        )
    )


@pytest.fixture
def builder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of a tree whose index holds three synsets."""
    return TreeBuilder(tmp_path / "datasets", index_of_few_synsets(tmp_path_factory))


@pytest.fixture(scope="session")
def curated_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the tree with its index, whose pools are made: read only."""

    def make(root: Path) -> None:
        builder = TreeBuilder(root, index_of_few_synsets(tmp_path_factory))
        write_tree(builder)
        with builder.index() as index:
            index.ingest()
            index.collate()

    return made_once(tmp_path_factory, "curated tree", make)


@pytest.fixture
def index(curated_tree: Path, tmp_path: Path) -> Iterator[Index]:
    """Return an index of the tree that one test alone writes into."""
    root = shutil.copytree(curated_tree, tmp_path / "tree")
    with Index.open(root) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(curated_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Return an index of the tree that the tests of a module clear after themselves."""
    root = shutil.copytree(curated_tree, tmp_path_factory.mktemp("shared") / "tree")
    with Index.open(root) as opened:
        yield opened
