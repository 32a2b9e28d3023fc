"""A part of the demo's tree, which is quicker to read: few categories of LVIS and their images."""

import json
import os
from pathlib import Path

from ovmr_index.demo.icons import icons
from tests.support.trees import Json

# Each frequency, and each way that steps of the recipe go.
SYNSETS = (
    *("apple.n.01", "banana.n.02", "boat.n.01", "stop_sign.n.01"),
    *("hourglass.n.01", "mug.n.04", "penguin.n.01", "penny.n.02", "wedding_ring.n.01"),
    *("die.n.01", "snowman.n.01", "gem.n.02"),
)


def make_small_demo(demo: Path, root: Path) -> None:
    """Make a part of the tree `demo` at `root`; images are hard links, to be read only."""
    for split in ("train", "val"):
        _lvis(demo, root, split)
    wnids = {icons()[synset].wnid for synset in SYNSETS}
    for folder in (demo / "imagenet").glob("*/*/*"):
        if folder.name in wnids:
            _link(demo, root, *folder.iterdir())
    for path in (demo / "VisualGenome").rglob("*.*"):
        _link(demo, root, path)


def synsets_of_demo(demo: Path) -> set[str]:
    """Return the synsets that a demo's tree names, and those of its class folders."""
    content = json.loads((demo / "lvis/lvis_v1_train.json").read_text())
    objects = json.loads((demo / "VisualGenome/objects.json").read_text())
    named = {name for image in objects for one in image["objects"] for name in one["synsets"]}
    return named | {one["synset"] for one in content["categories"]} | {*icons()}


def _lvis(demo: Path, root: Path, split: str) -> None:
    """Write the records of the images that show one of the categories."""
    name = f"lvis/lvis_v1_{split}.json"
    content = json.loads((demo / name).read_text())
    kept = {one["id"] for one in content["categories"] if one["synset"] in SYNSETS}
    boxes = [one for one in content["annotations"] if one["category_id"] in kept]
    shown = {one["image_id"] for one in boxes}
    images = [one for one in content["images"] if one["id"] in shown]
    for image in images:
        for key in ("neg_category_ids", "not_exhaustive_category_ids"):
            image[key] = [one for one in image[key] if one in kept]
        _link(demo, root, demo.joinpath("coco", *image["coco_url"].split("/")[-2:]))
    categories = [
        one | _counts([box["image_id"] for box in boxes if box["category_id"] == one["id"]])
        for one in content["categories"]
        if one["id"] in kept
    ]
    parts = {"annotations": boxes, "images": images, "categories": categories}
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content | parts))


def _counts(images: list[int]) -> Json:
    """Return what a category says of its boxes, which are in these images."""
    return {"image_count": len({*images}), "instance_count": len(images)}


def _link(demo: Path, root: Path, *files: Path) -> None:
    for file in files:
        path = root / file.relative_to(demo)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, path)
