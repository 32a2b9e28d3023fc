"""A small index to draw samples from: odd names of categories, licences, and images in a tar."""

import json
from pathlib import Path

from ovmr_index import DrawOptions, Index
from tests.support.tars import tar_of
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_image,
    vg_object,
    vg_objects,
)

CATEGORIES = [
    category(1, TENCH, name="a/b"),
    category(2, APPLE, name="A_b"),
    category(5, BASKET, name="bullet_train"),
]
LICENCE = "Attribution License"
LICENCE_URL = "http://creativecommons.org/licenses/by/2.0/"
PNG = picture(kind="PNG")
DRAW = DrawOptions(k=3, on_shortage="take-all")


def small_index(root: Path, empty_index: Path) -> Index:
    """Make a tree with its index, whose sample `three` holds nine exemplars of three categories.

    Of `a/b` two boxes of LVIS and one of Visual Genome; of `A_b` three whole images, which are in a
    tar, one of them a PNG; of `bullet_train` three boxes of Visual Genome.
    """
    builder = TreeBuilder(root, empty_index)
    builder.lvis(
        categories=CATEGORIES,
        images=[image(7, license=4), image(8, license=9)],
        annotations=[annotation(70, 7), annotation(80, 8)],
        licenses=[{"id": 4, "name": LICENCE, "url": LICENCE_URL}, {"id": 5}, "odd"],
    )
    builder.pictures(*(f"coco/train2017/{key:012}.jpg" for key in (7, 8)))
    boxes = [vg_object(40 + key, BASKET, x=2 + key) for key in range(3)]
    builder.visual_genome(vg_objects(50, vg_object(30, TENCH), *boxes), images=[vg_image(50)])
    builder.pictures("VisualGenome/VG_100K/50.jpg")
    files = {f"{APPLE_WNID}_{i}.JPEG": picture() if i else PNG for i in range(3)}
    builder.file(f"imagenet/{APPLE_WNID}.tar", tar_of(files))
    index = builder.index()
    index.ingest()
    index.samples.draw(DRAW, name="three")
    return index


def metadata_lines(folder: Path) -> list[Json]:
    """Return the records of the `metadata.jsonl` of a folder of crops."""
    text = (folder / "metadata.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
