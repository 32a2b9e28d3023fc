"""A dataset tree in the layout that ovmr-index reads, at real scale or any fraction of it.

The counts are those of LVIS v1, of Visual Genome and of the ImageNet-21K folders that match an
LVIS category; boxes, polygons and images are drawn at random.
"""

import argparse
import dataclasses
import json
import lzma
import multiprocessing
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drawing import Category
from benchmarks.imagenet import draw_images, link_classes
from benchmarks.lvis import draw_coco_ids, plan_lvis, write_lvis
from benchmarks.visual_genome import write_visual_genome

DATA = Path(__file__).with_name("data")
WORKERS = 2
CLASS_BLOCKS = 16


class TreeError(Exception):
    """The tree cannot be made as asked for."""


@dataclass(frozen=True)
class TreeFacts:
    """What a tree holds: images, annotations, folders, files and objects, as written."""

    train_images: int
    train_annotations: int
    val_images: int
    val_annotations: int
    imagenet_classes: int
    imagenet_files: int
    vg_images: int
    vg_coco_images: int
    vg_objects: int


def load_categories() -> list[Category]:
    """Return the 1,203 LVIS v1 categories, with the counts of the real train file."""
    with lzma.open(DATA / "lvis_v1_categories.json.xz", "rt", encoding="utf-8") as file:
        categories: list[Category] = json.load(file)
    return categories


def load_wnids() -> list[str]:
    """Return the wnids of the 997 folders of ImageNet-21K-P that match an LVIS category."""
    return (DATA / "imagenet_lvis_wnids.txt").read_text(encoding="ascii").split()


def make_tree(
    root: Path, scale: float, seed: int = 0, *, categories: Sequence[Category]
) -> TreeFacts:
    """Write lvis/, imagenet/ and VisualGenome/ under `root` and return their counts.

    `scale` multiplies the numbers of images, annotations, files of a folder and objects; every
    category and every folder stays, with at least one annotation or file. The same scale, seed
    and categories give the same bytes. The images of ImageNet are hard links to a few drawn
    ones; those of COCO and Visual Genome are not made.

    Raises TreeError where `scale` is not above 0 and at most 1, or `root` is not empty.
    """
    _require_scale(scale)
    open_root(root)
    coco_ids = draw_coco_ids(scale, seed)
    train, val = plan_lvis(root / "lvis", scale, coco_ids, categories)
    wnids = load_wnids()
    imagenet, genome = root / "imagenet" / "imagenet21k_P", root / "VisualGenome"
    # The drawn images go once they are linked: the links keep them.
    with tempfile.TemporaryDirectory(dir=root) as drawn, _start_workers() as pool:
        images = draw_images(Path(drawn), seed)
        train_written = pool.submit(write_lvis, train, [seed, 1])
        vg_written = pool.submit(write_visual_genome, genome, scale, seed, coco_ids, categories)
        val_written = pool.submit(write_lvis, val, [seed, 2])
        linked = [
            pool.submit(link_classes, imagenet, wnids[i::CLASS_BLOCKS], images, scale, seed)
            for i in range(CLASS_BLOCKS)
        ]
        vg_images, vg_coco_images, vg_objects = vg_written.result()
        return TreeFacts(
            train_images=len(train.image_ids),
            train_annotations=train_written.result(),
            val_images=len(val.image_ids),
            val_annotations=val_written.result(),
            imagenet_classes=len(wnids),
            imagenet_files=sum(block.result() for block in linked),
            vg_images=vg_images,
            vg_coco_images=vg_coco_images,
            vg_objects=vg_objects,
        )


def _require_scale(scale: float) -> None:
    if not 0 < scale <= 1:
        raise TreeError(f"scale is {scale}: give a number above 0 and at most 1")


def open_root(root: Path) -> None:
    """Make the folder of a tree; raises TreeError where there is something in it."""
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()):
        raise TreeError(f"{root} is not empty: give a new folder")


def _start_workers() -> ProcessPoolExecutor:
    # NumPy may have started threads, and a process with threads is not safe to fork.
    return ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"))


def main() -> None:
    """Make a tree as the command line says and print its facts as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tree", description=__doc__)
    parser.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--scale", type=float, default=1, help="a fraction of real scale (1)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another tree (0)")
    options = parser.parse_args()
    try:
        facts = make_tree(options.dir, options.scale, options.seed, categories=load_categories())
    except TreeError as error:
        parser.error(str(error))
    print(json.dumps(dataclasses.asdict(facts)))


if __name__ == "__main__":
    main()
