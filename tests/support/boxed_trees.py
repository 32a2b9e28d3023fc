"""A small tree whose images and boxes are of every kind that a loader of images meets."""

import io
from pathlib import Path

from PIL import Image

from ovmr_index import DrawOptions, Index
from tests.support.tars import to_packed_class_tars
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

ALL = DrawOptions(k=99, on_shortage="take-all")
CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r"), category(5, BASKET)]
PLAIN, TWO_BOXES, EMPTY, TURNED, LARGER = 9, 2, 4, 5, 6
RUNS = {"size": [48, 64], "counts": [250, 20, 28, 20, 2754]}  # of columns 5 and 6
BOX = [4, 6, 20.5, 16]
_IN_TARS = 4


def noise(seed: int, size: tuple[int, int] = (64, 48), turned_by: int = 1) -> bytes:
    """Return a JPEG of coloured squares, with an EXIF orientation."""
    squares = Image.effect_noise((8, 6), 80 + seed).resize(size, Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = turned_by
    output = io.BytesIO()
    Image.merge("RGB", [squares, squares.rotate(180), squares]).save(output, "JPEG", exif=exif)
    return output.getvalue()


def boxed_index(folder: Path, empty_index: Path | None = None) -> Index:
    """Make a tree in `folder`, with images of ImageNet in packed tars, and return its index."""
    builder = TreeBuilder(folder, empty_index)
    labels: Json = {"neg_category_ids": [5, 3], "not_exhaustive_category_ids": [7]}
    builder.lvis(
        categories=CATEGORIES,
        images=[
            image(PLAIN, **labels),
            image(TWO_BOXES),
            image(EMPTY),
            image(TURNED, width=48, height=64),
            image(LARGER, width=32, height=24),
        ],
        annotations=[
            annotation(11, TWO_BOXES, 3, segmentation=[], iscrowd=1),
            annotation(12, PLAIN, 7, bbox=[5, 10, 2, 20], area=40, segmentation=RUNS),
            annotation(10, TWO_BOXES, 7),
            annotation(13, TURNED, 5, bbox=BOX),
            annotation(14, LARGER, 5, bbox=[1, 3, 20, 10], area=200, segmentation=[]),
        ],
    )
    builder.lvis("val", categories=CATEGORIES, images=[image(1, "val2017")], annotations=[])
    builder.visual_genome(vg_objects(50, vg_object(1, BASKET), vg_object(2, APPLE)))
    for key in (PLAIN, TWO_BOXES, EMPTY):
        builder.file(f"coco/train2017/{key:012}.jpg", noise(key))
    builder.file(f"coco/train2017/{TURNED:012}.jpg", noise(TURNED, turned_by=6))
    builder.file(f"coco/train2017/{LARGER:012}.jpg", noise(LARGER))
    builder.file("VisualGenome/VG_100K/50.jpg", noise(50))
    for wnid in (TENCH_WNID, APPLE_WNID):
        for seed in range(_IN_TARS):
            file = f"imagenet/imagenet21k_P/train/{wnid}/{wnid}_{seed}.JPEG"
            builder.file(file, noise(seed, (40 + seed, 30), turned_by=6 if seed == 3 else 1))
    to_packed_class_tars(builder.root / "imagenet")
    index = builder.index()
    index.ingest()
    index.collate()
    return index
