"""The demo's dataset tree: LVIS, COCO, ImageNet and Visual Genome, small and drawn."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from ovmr_index.demo.imagenet import make_imagenet
from ovmr_index.demo.lvis import make_lvis
from ovmr_index.demo.visual_genome import make_visual_genome
from ovmr_index.errors import OvmrIndexError

MARKER = ".ovmr-demo"


def make_demo_tree(root: Path) -> None:
    """Make a dataset tree of 40 LVIS categories of drawn images, always the same.

    `root` is made when it is not there; an earlier demo in it is written over.

    Raises:
        OvmrIndexError: `root` is a file, or holds files that are not from an earlier demo.
    """
    _claim(root)
    val = make_lvis(root, demo_categories())
    make_imagenet(root)
    make_visual_genome(root, val)


def demo_categories() -> list[dict[str, Any]]:
    """The records of the demo's categories in LVIS v1, by id, with LVIS's own counts."""
    text = files(__package__).joinpath("categories.json").read_text(encoding="utf-8")
    records: list[dict[str, Any]] = json.loads(text)
    return records


def _claim(root: Path) -> None:
    """Mark the folder as a demo before all else, so that a broken-off one can be made again."""
    if root.exists() and not root.is_dir():
        raise OvmrIndexError(f"{root}: is a file; choose an empty folder for the demo")
    if root.is_dir() and any(root.iterdir()) and not (root / MARKER).is_file():
        raise OvmrIndexError(f"{root}: holds files that are no demo; choose an empty folder")
    root.mkdir(parents=True, exist_ok=True)
    (root / MARKER).write_text("Made by ovmr-index demo; may be deleted.\n", encoding="utf-8")
