"""Where the published instructions put each dataset below a root, and what is there of it."""

from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A source that was found: what to read, and the root that its pictures lie under."""

    name: str
    format: str
    dataset: str
    split: str | None
    path: Path
    pictures: Path


def lvis_place(root: Path, path: Path, split: str) -> Place:
    """Return the place of an LVIS file, wherever it lies; pictures are those of COCO 2017."""
    return Place(f"lvis_v1_{split}", "lvis", "lvis", split, path, root / "coco")


def imagenet_place(path: Path) -> Place:
    """Return the place of an ImageNet tree."""
    return Place("imagenet21k", "imagenet", "imagenet21k", None, path, path)


def visual_genome_place(path: Path) -> Place:
    """Return the place of a Visual Genome folder."""
    return Place("visual_genome", "visual-genome", "visual_genome", None, path, path)


def find_sources(root: Path) -> tuple[list[Place], list[str]]:
    """Return the sources below `root` in the order of ingest, and the paths of those missing."""
    imagenet = root / "imagenet" / "imagenet21k_P"
    if not imagenet.is_dir():
        imagenet = root / "imagenet"
    candidates = [
        (root / "lvis" / "lvis_v1_train.json", None),
        (root / "lvis" / "lvis_v1_val.json", None),
        (imagenet, imagenet_place(imagenet)),
        (root / "VisualGenome" / "objects.json", visual_genome_place(root / "VisualGenome")),
    ]
    found: list[Place] = []
    missing: list[str] = []
    for path, place in candidates:
        if not path.exists():
            missing.append(str(path))
        elif place is None:
            found.append(lvis_place(root, path, path.stem.rsplit("_", 1)[1]))
        else:
            found.append(place)
    return found, missing


def split_of(path: Path) -> str | None:
    """Return the split that an LVIS file's name tells: `train`, `val`, or None."""
    words = path.stem.lower().replace("-", "_").split("_")
    splits = {word for word in words if word in ("train", "val")}
    return splits.pop() if len(splits) == 1 else None
