"""Time ImageNet-21K at its full count of names: 14 million empty files in 11,221 folders.

    python -m benchmarks.empty_imagenet DIR --files 14000000

`DIR` gets the tree, which is kept for the next run, LVIS files of small scale beside it, and a new
index.
"""

import argparse
import dataclasses
import itertools
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.lvis import draw_coco_ids, plan_lvis, write_lvis
from benchmarks.machine import describe_run
from benchmarks.processes import CommandError
from benchmarks.results import run_steps
from benchmarks.steps import ASK_CATEGORY, COLLATE, INGEST, INGEST_AGAIN
from benchmarks.table import as_markdown, step_rows
from benchmarks.tree import TreeError, load_categories, load_wnids, open_root
from ovmr_index.vocabularies.wordnet import read_nouns

CLASSES = 11_221  # of the Fall 2011 release in ImageNet-21K-P
LVIS_SCALE = 0.01
WORKERS = 2
BLOCK = 100  # folders to a task
# LVIS is small here, and no yardstick for pools of ImageNet.
STEPS = (
    INGEST,
    INGEST_AGAIN,
    dataclasses.replace(COLLATE, yardstick=None, target=None),
    ASK_CATEGORY,
)


def make_empty_tree(root: Path, files: int, classes: int) -> None:
    """Make `files` empty files in imagenet21k_P/train and LVIS files of 1/100 under `root`.

    They are shared out evenly to folders: the 997 that match an LVIS category come first, then
    those of other nouns of WordNet.

    Raises TreeError where `root` is not empty, or a folder would be.
    """
    if files < classes:
        raise TreeError(f"{files} files are few: give at least {classes}, one a folder")
    open_root(root)
    train = root / "imagenet" / "imagenet21k_P" / "train"
    train.mkdir(parents=True)
    folders = [train / wnid for wnid in choose_wnids(classes)]
    counts = share_out(files, classes)
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        for _ in pool.map(_make_class, folders, counts, chunksize=BLOCK):
            pass
    plans = plan_lvis(root / "lvis", LVIS_SCALE, draw_coco_ids(LVIS_SCALE, 0), load_categories())
    for number, plan in enumerate(plans, 1):
        write_lvis(plan, [0, number])


def choose_wnids(count: int) -> list[str]:
    """Return that many wnids: those of LVIS's categories, then others of WordNet."""
    of_lvis = load_wnids()
    known = set(of_lvis)
    others = (noun.wnid for noun in read_nouns() if noun.wnid not in known)
    return list(itertools.islice(itertools.chain(of_lvis, others), count))


def share_out(count: int, parts: int) -> list[int]:
    """Return `parts` numbers, as even as can be, that sum to `count`."""
    each, more = divmod(count, parts)
    return [each + (i < more) for i in range(parts)]


def _make_class(folder: Path, count: int) -> None:
    """Make a folder of empty files: one, to which the others are links, the quickest to make."""
    folder.mkdir()
    first, *others = (f"{folder.name}_{i}.JPEG" for i in range(count))
    (folder / first).touch()
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        for name in others:
            os.link(first, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
    finally:
        os.close(descriptor)


def print_table(root: Path, files: int, classes: int) -> None:
    """Time what reads names alone on the tree at `root`, which is made if it is not there.

    Raises TreeError where the tree cannot be made, CommandError where a step fails.
    """
    if not (root / "lvis").is_dir():
        make_empty_tree(root, files, classes)
    rows = step_rows(STEPS, *run_steps(STEPS, root))
    extent = f"{files:,} empty files in {classes:,} folders, LVIS at {LVIS_SCALE:g} of its scale"
    print(f"{describe_run(extent)}\n\n{as_markdown(rows)}")


def main() -> None:
    """Make the tree unless it is there, time the steps, print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.empty_imagenet", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=14_000_000, help="of a tree that is made")
    arguments = parser.parse_args()
    try:
        print_table(arguments.folder, arguments.files, CLASSES)
    except TreeError as error:
        parser.error(str(error))
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
