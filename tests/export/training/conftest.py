"""A part of the demo's tree with what all code bases open, and small trees with exemplars."""

import shutil
from copy import copy
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.export.training.code_bases import CODE_BASES
from tests.support.copied_tree import copied_tree
from tests.support.few_synsets import index_of_demo_synsets, index_of_few_synsets
from tests.support.once import made_once
from tests.support.small_demo import make_small_demo
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_object,
    vg_objects,
)

SIX = [f"{APPLE_WNID}_{number}.JPEG" for number in range(6)]


@pytest.fixture(scope="session")
def prepared(demo_tree: Path, empty_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of twelve categories of the demo, prepared for all code bases: read only."""

    def make(folder: Path) -> None:
        make_small_demo(demo_tree, folder / "datasets")
        few = index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)
        shutil.copyfile(few, folder / "datasets" / "ovmr.db")
        with Index.open(folder / "datasets") as index:
            index.ingest()
            for code_base in CODE_BASES:
                assert index.exports.training(code_base).is_complete

    return made_once(tmp_path_factory, "prepared demo", make) / "datasets"


@pytest.fixture
def small(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a tree of two categories of LVIS, whose ImageNet is still to be written."""
    return small_tree(tmp_path, tmp_path_factory)


def small_tree(folder: Path, factory: pytest.TempPathFactory) -> TreeBuilder:
    """Write the small tree below a folder."""
    builder = TreeBuilder(folder / "datasets", index_of_few_synsets(factory))
    categories = [category(1, TENCH, frequency="r"), category(2, APPLE)]
    boxes = [annotation(key, key, 1 + (key > 6)) for key in range(1, 13)]
    images = [image(key) for key in range(1, 13)]
    builder.lvis(categories=categories, images=images, annotations=boxes)
    val = [image(20, "val2017")]
    builder.lvis("val", categories=categories, images=val, annotations=[annotation(1, 20, 2)])
    builder.pictures(*(f"coco/train2017/{key:012}.jpg" for key in range(1, 13)))
    builder.pictures("coco/val2017/000000000020.jpg", "VisualGenome/VG_100K/50.jpg")
    builder.visual_genome(vg_objects(50, vg_object(1, APPLE)))
    return builder


@pytest.fixture(scope="module")
def _ready(tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return the small tree, ingested, with ImageNet as ImageNet-21K-P has it: to be copied."""
    small = small_tree(tmp_path_factory.mktemp("ready"), tmp_path_factory)
    small.imagenet({f"train/{APPLE_WNID}": SIX[:4], f"val/{APPLE_WNID}": SIX[4:]})
    with small.index() as index:
        index.ingest()
    return small


@pytest.fixture
def ready(_ready: TreeBuilder, tmp_path: Path) -> TreeBuilder:
    """Return the small tree with its index, and ImageNet as ImageNet-21K-P has it."""
    builder = copy(_ready)
    builder.root = copied_tree(_ready.root, tmp_path / "datasets")
    return builder


def write_images(builder: TreeBuilder, folder: str) -> None:
    """Write six images of a class into a folder below the root."""
    for name in SIX:
        builder.file(f"{folder}/{APPLE_WNID}/{name}", picture())
