"""The conformance tree as a root, and the names and values of its published files."""

import json
import shutil
from functools import cache
from pathlib import Path

from ovmr_index import Index
from tests.support.oracle import load

PUBLISHED = {
    "metadata/exemplar_dict.json": "exemplar_dict.json",
    "metadata/lvis_image_exemplar_dict_K-005_own.json": "lvis_image_exemplar_dict_K-005_own.json",
    "metadata/lvis_image_exemplar_dict_K-030_own.json": "lvis_image_exemplar_dict_K-030_own.json",
    "lvis/lvis_v1_train_norare.json": "lvis_v1_train_norare.json",
    "metadata/lvis_v1_train_cat_info.json": "lvis_v1_train_cat_info.json",
    "imagenet/annotations/imagenet_lvis_image_info.json": "imagenet_lvis_image_info.json",
}


def linked(tree: Path, root: Path) -> Path:
    """Make a new root that shows the tree, which is read only, through links."""
    for folder in ("lvis", "imagenet", "metadata"):
        (root / folder).mkdir(parents=True)
    for file in (tree / "lvis").iterdir():
        (root / "lvis" / file.name).symlink_to(file)
    (root / "imagenet" / "imagenet21k_P").symlink_to(tree / "imagenet" / "imagenet21k_P")
    for folder in ("coco", "VisualGenome"):
        (root / folder).symlink_to(tree / folder)
    return root


def copied(ingested: Path, tree: Path, root: Path) -> Index:
    """Make a new root that shows the tree, and return a copy of an index of it."""
    shutil.copyfile(ingested, linked(tree, root) / "ovmr.db")
    return Index.open(root, create=False)


@cache
def is_published(content: bytes, expected: Path) -> bool:
    """Return whether the content of a JSON file has the value of one that was published."""
    return bool(json.loads(content) == load(expected))
