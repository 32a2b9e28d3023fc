"""A tree with images of LVIS val among the exemplars, planted for `audit` to find."""

from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.drawn import drawn
from tests.support.once import made_once
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

CATEGORIES = [category(1, TENCH), category(2, APPLE), category(3, BASKET)]
IMAGENET = "imagenet/imagenet21k_P"
VAL = {9: "train2017/000000000009.jpg", 20: "val2017/000000000020.jpg"}
TENCHES = f"train/{TENCH_WNID}"

# What each image of the tree shows: a number is what is drawn on it.
DRAWN = {
    "coco/train2017/000000000001.jpg": drawn(1),
    "coco/train2017/000000000002.jpg": drawn(2),
    "coco/train2017/000000000009.jpg": drawn(9),
    "coco/val2017/000000000020.jpg": drawn(20),
    f"{IMAGENET}/{TENCHES}/other.JPEG": drawn(31),
    f"{IMAGENET}/{TENCHES}/same.JPEG": drawn(20),
    f"{IMAGENET}/{TENCHES}/smaller.JPEG": drawn(20, (160, 120), quality=60),
    f"{IMAGENET}/{TENCHES}/torn.JPEG": drawn(20, quality=90)[:900],
    "VisualGenome/VG_100K/100.jpg": drawn(20, quality=80),
    "VisualGenome/VG_100K/101.jpg": drawn(41),
    "VisualGenome/VG_100K/102.jpg": drawn(42),
}

BY_ID = {
    ("lvis", VAL[9], 5, "its id is that of train2017/000000000009.jpg of LVIS val"),
    ("visual_genome", "VG_100K/100.jpg", 7, f"its COCO id is that of {VAL[20]} of LVIS val"),
}
BY_CONTENT = {
    ("imagenet21k", f"{TENCHES}/same.JPEG", None, f"its bytes are those of {VAL[20]} of LVIS val")
}


def planted_tree(factory: pytest.TempPathFactory, empty_index: Path, *, is_hashed: bool) -> Path:
    """Return the root of what `plant` makes, its images with both hashes if asked: read only."""

    def make(root: Path) -> None:
        with plant(TreeBuilder(root, empty_index)) as index:
            if is_hashed:
                index.pools.hash_images(perceptual=True)

    return made_once(factory, "planted and hashed" if is_hashed else "planted", make)


def plant(builder: TreeBuilder) -> Index:
    """Write images of val among the exemplars, and others beside them; return the index."""
    builder.lvis(
        categories=CATEGORIES,
        images=[image(1), image(2), image(9)],
        annotations=[annotation(1, 1, 2), annotation(2, 2, 2), annotation(5, 9, 3)],
    )
    builder.lvis(
        "val",
        categories=CATEGORIES,
        images=[image(9), image(20, "val2017")],
        annotations=[annotation(5, 20, 1)],
    )
    for path, content in DRAWN.items():
        builder.file(path, content)
    groups = [
        vg_objects(100, vg_object(7, TENCH)),
        vg_objects(101, vg_object(8, TENCH)),
        vg_objects(102, vg_object(9, APPLE)),
    ]
    images = [vg_image(100, coco_id=20), vg_image(101, coco_id=77), vg_image(102)]
    builder.visual_genome(*groups, images=images)
    index = builder.index()
    index.ingest()
    index.collate(substitutes={})
    return index
