"""Whether the crops are there that OVMR's classification opens: a folder a class, by its index."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import counted
from ovmr_index.export.crop_info import CROP_INFO
from ovmr_index.export.crops import FINGERPRINT
from ovmr_index.export.training.listed_images import why_no_json
from ovmr_index.export.training.report import TrainingItem

_PARTS = ("train", "val")
_PLANNED = re.compile(rb"([0-9]+) crops")


def check_crops(folder: Path, path: str) -> TrainingItem:
    """Count the crops of train and val, as OVMR's `datasets/lvis.py` lists them.

    Those of another program are taken as they are. Of those that `export crops` writes it is known
    how many there should be, and the JSON of val is written last.
    """
    crops = folder / path
    counts = []
    for part in _PARTS:
        classes = _classes(crops / part)
        if strange := [name for name in classes if not name.isdecimal()]:
            detail = f"{part}/{strange[0]} is no class index"
            return TrainingItem(path, "missing", detail, f"move {crops / part / strange[0]} away")
        counts.append(
            f"{counted(sum(classes.values()), 'crop')} of"
            f" {counted(len(classes), 'class', 'classes')} in {part}"
        )
        if not classes:
            return TrainingItem(path, "missing", f"{part} holds no crops")
    problem = _why_not_whole(crops)
    return TrainingItem(path, "missing" if problem else "there", problem or ", ".join(counts))


def _why_not_whole(crops: Path) -> str | None:
    if not (crops / FINGERPRINT).is_file():
        return None
    if why_no_json(crops / CROP_INFO):
        return f"{CROP_INFO} is not there"
    # A crop of both parts is one file with two names, where the disk has hard links.
    written = len({one.inode() for part in _PARTS for one in _files(crops / part)})
    found = _PLANNED.match((crops / FINGERPRINT).read_bytes())
    planned = int(found[1]) if found else 0
    return f"{written:,} of {planned:,} crops are there" if written < planned else None


def _classes(folder: Path) -> dict[str, int]:
    """Return how many files each class folder holds; those that begin with a dot do not count."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir())
    return {
        name: sum(not one.startswith(".") for one in os.listdir(folder / name)) for name in names
    }


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    for name in _classes(folder):
        with os.scandir(folder / name) as entries:
            yield from (one for one in entries if one.is_file() and one.name[0] != ".")
