"""An index that has rows in every table, with numbers, masks and names of every form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Index, Recipe
from tests.support.boxed_trees import PLAIN, boxed_index
from tests.support.once import made_once
from tests.support.trees import (
    APPLE,
    BASKET,
    BASKET_WNID,
    TENCH,
    TreeBuilder,
    category,
    picture,
    vg_image,
    vg_object,
    vg_objects,
)

MASKS: Mapping[int, Any] = {
    1: [[4.5, 4, 44, 4, 44, 40]],
    2: [[1e-7, 2.50, 3e2, 4.0, 5, 6], [10, 10, 20, 10, 20, 20.25]],
    3: [],
    4: {"size": [48, 64], "counts": [250, 20, 28, 20, 2754]},
    5: {"size": [48, 64], "counts": "Vd0=`12N2N"},
    6: {"size": [48, 64], "counts": [3072], "note": "é"},
    7: None,
    8: {"counts": [3072], "size": [48, 64]},
    9: [[]],
    10: [4.5, 4, 44, 4, 44, 40],
    11: "",
}
BOXES = {1: [1, 2, 3, 4], 2: [1.0, 2.5, 3.0, 4], 3: [0.1, -0.0, 1e-3, 20], 4: [5, 6, 7.25, 8.0]}
SAMPLES = ("five", "stable: ü")


def whole_index(root: Path, empty_index: Path | None = None) -> Index:
    """Make the tree and its index; collate, sample, mark, measure, take images away."""
    index = boxed_index(root, empty_index)
    index.sources.rm("visual_genome")  # which leaves gaps between row numbers
    builder = _builder(root)
    builder.visual_genome(
        vg_objects(50, vg_object(1, BASKET), vg_object(2, APPLE, TENCH)),
        vg_objects(51, vg_object(3, TENCH, attributes=["red", "é"])),
        images=[vg_image(50), vg_image(51, coco_id=PLAIN)],
    )
    folder = f"imagenet/imagenet21k_P/train/{BASKET_WNID}"
    for name in ("gone", "stays"):
        builder.file(f"{folder}/{name}.JPEG", picture())
    builder.file(f"{folder}/torn.JPEG", b"no image")
    index.ingest()
    _ingest_coco(builder, index)
    index.collate(Recipe(min_area=1), substitutes={APPLE: [TENCH]})
    index.pools.hash_images(perceptual=True)
    (root / folder / "gone.JPEG").unlink()
    builder.touch(root / folder)
    index.ingest()
    names = builder.json("names.json", ["apple", "basket", "ünseen thing"])
    index.vocabularies.add("three", names)
    index.partitions.add("held out", novel=["apple"], frequency=None)
    index.collate(Recipe(min_area=1), substitutes={APPLE: [TENCH]})
    index.exports.target("imagenet-lvis", root.parent / "imagenet_lvis.json")
    _mark(index)
    for name, method in zip(SAMPLES, ("numpy", "stable"), strict=True):
        options = DrawOptions(k=2, method=method, on_shortage="take-all")
        index.samples.draw(options, name=name)
    return index


def _builder(root: Path) -> TreeBuilder:
    """Return a builder of a tree that is there."""
    builder = TreeBuilder(root.parent / "unused")
    builder.root = root
    return builder


def _ingest_coco(builder: TreeBuilder, index: Index) -> None:
    annotations = [
        {
            "id": 10**15 + key,
            "image_id": 1,
            "category_id": 1 + key % 2,
            "bbox": BOXES.get(key, [1, 2, 3, 4]),
            "area": [12, 12.0, 12.5][key % 3],
            "iscrowd": key % 2,
            "segmentation": mask,
            "score": key / 3,
        }
        for key, mask in MASKS.items()
    ]
    content = {
        "images": [{"id": 1, "file_name": "1 é.jpg", "width": 200, "height": 100}],
        "annotations": [*annotations, {"id": 99, "image_id": 1, "category_id": 1, "bbox": "none"}],
        "categories": [category(1, TENCH), {"id": 2, "name": "of nobody"}],
    }
    builder.file("mine/1 é.jpg", picture((200, 100)))
    file = builder.json("mine.json", content)
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")], on_error="skip")


def _mark(index: Index) -> None:
    first, second, *_ = index.exemplars(TENCH)
    index.curation.exclude(first, note='blurred, "as it is"', author="ü")
    index.curation.pin(second)
    index.curation.undo()
    index.curation.pin(second)


def whole_parquet(factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the folder of such an index as Parquet, beside its root `datasets`: read only."""

    def make(folder: Path) -> None:
        folder.mkdir()
        with whole_index(folder / "datasets", empty_index) as index:
            index.exports.parquet(folder / "parquet")

    return made_once(factory, "whole index", make) / "parquet"
