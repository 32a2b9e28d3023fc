"""Time the whole job on a tree of any scale, each step beside a yardstick of the same run.

    python -m benchmarks DIR --scale 0.1

`DIR` gets the tree (kept for the next run) and an index, which is made anew. Seconds are wall time
of whole processes with a warm cache; memory is the private data that the process may have at most.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.tree import load_categories, make_tree

MOST_DATA = 512 << 20  # bytes of private memory that each command is allowed
WALK = "import os,sys; print(sum(len(files) for _, _, files in os.walk(sys.argv[1])))"
LOAD = "import json,sys; json.load(open(sys.argv[1], encoding='utf-8'))"


class Step(NamedTuple):
    """A command of ovmr-index, the name of its yardstick, and the ratio to stay under."""

    name: str
    arguments: tuple[str, ...]
    yardstick: str
    target: float


STEPS = (
    Step("ingest LVIS train", ("ingest", "lvis", "--split", "train"), "json.load train", 0.45),
    Step("ingest LVIS val", ("ingest", "lvis", "--split", "val"), "json.load train", 0.45),
    Step("ingest ImageNet", ("ingest", "imagenet"), "os.walk", 5.0),
    Step("ingest Visual Genome", ("ingest", "visual-genome"), "json.load objects", 0.55),
    Step("ingest again", ("ingest",), "os.walk", 1.5),
    Step("collate", ("collate",), "json.load train", 0.3),
    Step(
        "export K = 5",
        ("export", "sample", "-K", "5", "--on-shortage", "repeat"),
        "json.load train",
        0.15,
    ),
    Step(
        "export K = 30",
        ("export", "sample", "-K", "30", "--on-shortage", "repeat"),
        "json.load train",
        0.2,
    ),
    Step("export exemplars", ("export", "exemplars"), "json.load train", 0.5),
    Step("export norare", ("export", "norare"), "json.load train", 0.35),
    Step("export cat-info", ("export", "cat-info"), "json.load train", 0.1),
    Step("export imagenet-lvis", ("export", "imagenet-lvis"), "json.load train", 1.0),
    Step("export imagenet-lvis again", ("export", "imagenet-lvis"), "json.load train", 0.25),
    Step("coverage", ("coverage", "--json"), "json.load train", 1.0),
)


def main() -> None:
    """Make the tree unless it is there, run the job, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("benchmark-tree"))
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    root: Path = arguments.folder
    if not (root / "lvis").is_dir():
        make_tree(root, arguments.scale, categories=load_categories())
    (root / "ovmr.db").unlink(missing_ok=True)
    yardsticks = measure_yardsticks(root)
    for name, seconds in yardsticks.items():
        print(f"{name:28} {seconds:8.2f} s")
    for step in STEPS:
        seconds = run_step(root, step)
        ratio = seconds / yardsticks[step.yardstick]
        limit = f"{ratio:6.2f} of {step.yardstick} (at most {step.target})"
        print(f"{step.name:28} {seconds:8.2f} s  {limit}", flush=True)
    print(f"{'index':28} {index_share(root):8.2f} of the three JSON files (at most 1.2)")


def measure_yardsticks(root: Path) -> dict[str, float]:
    """Return the seconds that the plain ways of reading the same files take."""
    train = root / "lvis" / "lvis_v1_train.json"
    objects = root / "VisualGenome" / "objects.json"
    return {
        "json.load train": timed((sys.executable, "-c", LOAD, str(train))),
        "json.load objects": timed((sys.executable, "-c", LOAD, str(objects))),
        "os.walk": timed((sys.executable, "-c", WALK, str(root / "imagenet"))),
    }


def run_step(root: Path, step: Step) -> float:
    """Return the seconds of a command that may not use more private memory than `MOST_DATA`."""
    command = (sys.executable, "-m", "ovmr_index", "--root", str(root), "--quiet", *step.arguments)
    return timed(command, limit_data)


def limit_data() -> None:
    """Bound the private memory of the process that is about to start."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_DATA, MOST_DATA))


def timed(command: Sequence[str], prepare: Callable[[], None] | None = None) -> float:
    """Return the wall seconds of a command; its failure ends the benchmark."""
    started = time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, preexec_fn=prepare, env=os.environ
    )
    return time.perf_counter() - started


def index_share(root: Path) -> float:
    """Return the size of the index as a share of the JSON files that it was made from."""
    files = ("lvis/lvis_v1_train.json", "lvis/lvis_v1_val.json", "VisualGenome/objects.json")
    return (root / "ovmr.db").stat().st_size / sum((root / file).stat().st_size for file in files)


if __name__ == "__main__":
    main()
