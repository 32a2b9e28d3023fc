"""How long the main job takes and how much it writes, by the files that are there.

The rates are those of docs/performance.md: `make bench` on two cores at full scale.
"""

import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ovmr_index.formats.imagenet_links import class_entries
from ovmr_index.formats.split_names import SPLITS
from ovmr_index.ingest.imagenet_folders import imagenet_folder
from ovmr_index.ingest.sources import usual_inputs
from ovmr_index.storage.compression import is_archive_name

# Of annotation files: 26.6 s for 1.8 GB, and 12.9 s for pools, two samples and the exports.
_INGEST_SECONDS = 15e-9  # a byte
_EXPORT_SECONDS = 7e-9  # a byte
# Of images of ImageNet: 2.2 s for 1.2 million names; 8.4 s more to read their sizes.
_NAME_SECONDS = 1.9e-6
_SIZE_SECONDS = 7e-6
_START_SECONDS = 2.0  # of both commands, and of WordNet in a new index
_SLOWER = 3  # a slower disk or machine
_INDEX = 1.1  # bytes of the index for each of the annotation files
_INDEX_START = 17_000_000  # of WordNet
_EXPORTS = 0.9  # bytes of the exports for each of the annotation files
_IMAGE_BYTES = 92_000  # of an image in a tar: those of Fall 2011 are 1.31 TB
_FOLDERS = 20  # class folders whose files are counted
_FILES = 3_000  # of a class folder
_SECONDS = 2.0


class Amounts(NamedTuple):
    """What there is to read: bytes of annotation files, and images in class folders (about)."""

    annotation_bytes: int
    images: int

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any(self)

    @property
    def index_bytes(self) -> int:
        """About how large the index becomes."""
        return _INDEX_START + int(_INDEX * self.annotation_bytes) + 60 * self.images

    @property
    def export_bytes(self) -> int:
        """About how large the files that `export` writes become."""
        return int(_EXPORTS * self.annotation_bytes) + 100 * self.images

    def ingest_seconds(self) -> tuple[float, float]:
        """Return how long `ingest` takes, at least and at most about."""
        least = self.annotation_bytes * _INGEST_SECONDS + self.images * _NAME_SECONDS
        return least + _START_SECONDS, _SLOWER * (least + _START_SECONDS)

    def export_seconds(self) -> tuple[float, float]:
        """Return how long `export` with its pools takes, at least and at most about."""
        least = self.annotation_bytes * _EXPORT_SECONDS + self.images * _SIZE_SECONDS
        return least + _START_SECONDS, _SLOWER * (least + _START_SECONDS)


def read_amounts(root: Path) -> Amounts:
    """Look at the sizes of the usual annotation files, and count some class folders of ImageNet."""
    sizes = (path.stat().st_size for path in usual_inputs(root) if path.is_file())
    return Amounts(sum(sizes), _image_count(imagenet_parts(imagenet_folder(root))))


class ImagenetParts(NamedTuple):
    """The class folders and the archives of a tree of ImageNet, in any of its layouts."""

    folders: list[Path]
    archives: list[Path]


def imagenet_parts(folder: Path) -> ImagenetParts:
    """List the class folders and archives of a tree; no class folder is looked into."""
    entries = [one for top in (folder, *(folder / split for split in SPLITS)) for one in _in(top)]
    archives = [one for one in entries if is_archive_name(one.name)]
    return ImagenetParts([one for one in entries if one not in {*archives}], archives)


def _in(top: Path) -> list[Path]:
    return [Path(entry.path) for entry in class_entries(top) if entry.name not in SPLITS]


def _image_count(parts: ImagenetParts) -> int:
    """Return about how many images there are, by a few of the folders and by sizes of archives."""
    end = time.monotonic() + _SECONDS
    counts = [_file_count(one) for one in _some(parts.folders) if time.monotonic() < end]
    in_folders = round(len(parts.folders) * sum(counts) / len(counts)) if counts else 0
    return in_folders + sum(one.stat().st_size for one in parts.archives) // _IMAGE_BYTES


def _some(folders: list[Path]) -> Iterator[Path]:
    yield from sorted(folders)[:: max(1, len(folders) // _FOLDERS)]


def _file_count(folder: Path) -> int:
    with os.scandir(folder) as entries:
        return sum(1 for _ in islice(entries, _FILES))


def described(seconds: tuple[float, float]) -> str:
    """Return a range of time as people say it: `about 1 to 3 minutes`."""
    least, most = seconds
    if most < 60:
        return f"about {max(1, round(least))} to {max(2, round(most))} seconds"
    if most < 3_600:
        return f"about {max(1, round(least / 60))} to {max(2, round(most / 60))} minutes"
    return f"about {max(1, round(least / 3_600))} to {max(2, round(most / 3_600))} hours"
