"""Where the published instructions put each dataset below a root, and what is there of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import UsageError

_LVIS_SPLITS = ("train", "val")


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
    found, missing = find_lvis(root)
    imagenet, genome = imagenet_folder(root), visual_genome_folder(root)
    for path, place in (
        (imagenet, imagenet_place(imagenet)),
        (genome / "objects.json", visual_genome_place(genome)),
    ):
        if path.exists():
            found.append(place)
        else:
            missing.append(str(path))
    return found, missing


def find_lvis(root: Path) -> tuple[list[Place], list[str]]:
    """Return LVIS's files at their usual paths, and the paths of those missing."""
    usual = [usual_lvis(root, split) for split in _LVIS_SPLITS]
    found = [place for place in usual if place.path.exists()]
    return found, [str(place.path) for place in usual if place not in found]


def usual_lvis(root: Path, split: str) -> Place:
    """Return the place of an LVIS file at its usual path."""
    return lvis_place(root, root / "lvis" / f"lvis_v1_{split}.json", split)


def imagenet_folder(root: Path) -> Path:
    """Return the usual folder of ImageNet: that of ImageNet-21K-P, or a flat tree."""
    processed = root / "imagenet" / "imagenet21k_P"
    return processed if processed.is_dir() else root / "imagenet"


def visual_genome_folder(root: Path) -> Path:
    """Return the usual folder of Visual Genome."""
    return root / "VisualGenome"


def lvis_places(root: Path, files: Sequence[Path], split: str | None) -> list[Place]:
    """Return the places of LVIS files, each of `split` or of the split that its name tells.

    Raises UsageError for a name that tells none, and for two files of one split.
    """
    places: dict[str, Place] = {}
    for file in files:
        known = split or split_of(file)
        if known is None:
            raise UsageError(f"{file}: the name tells no split; give --split train or --split val")
        if known in places:
            raise UsageError(f"{file}: is a second file of split {known}; give one a split")
        places[known] = lvis_place(root, file, known)
    return list(places.values())


def split_of(path: Path) -> str | None:
    """Return the split that an LVIS file's name tells: `train`, `val`, or None."""
    words = path.stem.lower().replace("-", "_").split("_")
    splits = {word for word in words if word in ("train", "val")}
    return splits.pop() if len(splits) == 1 else None
