"""What of the datasets is below the root, what each part is for, and how to get what is missing."""

import os
import shlex
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ovmr_index.demo.tree import MARKER
from ovmr_index.errors import command, counted
from ovmr_index.formats.imagenet_releases import release_of
from ovmr_index.formats.lvis_files import LVIS_PAGE
from ovmr_index.index.doctor.downloads import fault_of, unfinished
from ovmr_index.index.doctor.estimate import imagenet_parts
from ovmr_index.index.doctor.finding import DoctorCheck, Look, sized
from ovmr_index.ingest.imagenet_folders import imagenet_folder
from ovmr_index.ingest.sources import usual_lvis, visual_genome_folder

_SECTION = "tree"
_SECONDS = 5.0
_COUNTING = 2.0  # seconds
_BATCH = 10_000
_COCO = "https://cocodataset.org/#download"
_IMAGENET = "https://image-net.org/download-images"
_GENOME = "https://homes.cs.washington.edu/~ranjay/visualgenome/api.html"
_LVIS_FILES = "https://dl.fbaipublicfiles.com/LVIS"
_GENOME_FILES = "https://homes.cs.washington.edu/~ranjay/visualgenome/data/dataset"
_COCO_FILES = "http://images.cocodataset.org/zips"
_GENOME_IMAGES = "https://cs.stanford.edu/people/rak248"


class _File(NamedTuple):
    """An annotation file: where it is, what it is for, its page and its download."""

    name: str
    path: Path
    use: str
    page: str
    address: str


class _Images(NamedTuple):
    """A folder of images, with the number that its release has."""

    name: str
    path: Path
    expected: int
    page: str
    address: str


def tree_looks(root: Path) -> list[Look]:
    """Return the checks of the parts of the tree; each asks the file system for seconds at most."""
    files = [Look(_SECTION, one.name, partial(_file, root, one), _SECONDS) for one in _files(root)]
    images = [
        Look(_SECTION, one.name, partial(_images, root, one), _SECONDS) for one in _folders(root)
    ]
    imagenet = Look(_SECTION, "ImageNet", lambda: _imagenet(root), _SECONDS)
    left = Look(_SECTION, "downloads", lambda: _unfinished(root), _SECONDS)
    return [*files, imagenet, *images, left]


def _files(root: Path) -> list[_File]:
    genome = visual_genome_folder(root)
    lvis = [
        _File(
            f"LVIS {split}", usual_lvis(root, split).path, use, LVIS_PAGE, f"{_LVIS_FILES}/{name}"
        )
        for split, use, name in (
            ("train", "the categories and their boxes", "lvis_v1_train.json.zip"),
            ("val", "the images that the audit looks for", "lvis_v1_val.json.zip"),
        )
    ]
    use = "boxes for categories that have few"
    names = ("objects.json", "image_data.json")
    return lvis + [
        _File(name, genome / name, use, _GENOME, f"{_GENOME_FILES}/{name}.zip") for name in names
    ]


def _folders(root: Path) -> list[_Images]:
    genome = visual_genome_folder(root)
    coco = [
        _Images(f"COCO {name}", root / "coco" / name, count, _COCO, f"{_COCO_FILES}/{name}.zip")
        for name, count in (("train2017", 118_287), ("val2017", 5_000))
    ]
    return coco + [
        _Images(name, genome / name, count, _GENOME, f"{_GENOME_IMAGES}/VG_100K_2/{archive}")
        for name, count, archive in (
            ("VG_100K", 64_346, "images.zip"),
            ("VG_100K_2", 43_903, "images2.zip"),
        )
    ]


def _is_demo(root: Path) -> bool:
    """Return whether a tree is a demo's, which no release belongs into."""
    return (root / MARKER).is_file()


def _demo_again(root: Path) -> str:
    return f"run {command('demo', root)}, which makes it again"


def _get(root: Path, one: _File | _Images) -> str:
    """Return what to type to have a part of a dataset; its page tells of its licence."""
    if _is_demo(root):
        return _demo_again(root)
    archive, folder = one.address.rpartition("/")[2], shlex.quote(str(one.path.parent))
    fetch = f"curl -LO {one.address} && unzip {archive} -d {folder}"
    return f"run `{fetch}`; see {one.page}"


def _file(root: Path, one: _File) -> Iterator[DoctorCheck]:
    shown = f"{one.path.parent.name}/{one.path.name}"
    if not one.path.exists():
        found = f"{shown} is not there; it has {one.use}"
        yield DoctorCheck(_SECTION, one.name, "note", found, _get(root, one))
    elif fault := fault_of(one.path):
        yield DoctorCheck(_SECTION, one.name, "problem", f"{shown} {fault}", _get(root, one))
    else:
        found = f"{shown}, {sized(one.path.stat().st_size)}"
        yield DoctorCheck(_SECTION, one.name, "ok", found)


def _images(root: Path, one: _Images) -> Iterator[DoctorCheck]:
    shown = f"{one.path.parent.name}/{one.path.name}"
    if not one.path.is_dir():
        found = f"{shown} is not there; crops need it"
        yield DoctorCheck(_SECTION, one.name, "note", found, _get(root, one))
        return
    count, is_all = _counted(one.path)
    found = f"{shown}, {'' if is_all else 'more than '}{count:,} files"
    if not is_all or count == one.expected or _is_demo(root):
        yield DoctorCheck(_SECTION, one.name, "ok", found)
    else:
        said = f"{found}; the release has {one.expected:,}"
        yield DoctorCheck(_SECTION, one.name, "note", said, f"for the rest, {_get(root, one)}")


def _counted(folder: Path) -> tuple[int, bool]:
    """Return how many files a folder has, and whether the time was enough to count all."""
    end, count = time.monotonic() + _COUNTING, 0
    with os.scandir(folder) as entries:
        while batch := sum(1 for _ in islice(entries, _BATCH)):
            count += batch
            if time.monotonic() > end:
                return count, False
    return count, True


def _imagenet(root: Path) -> Iterator[DoctorCheck]:
    folder = imagenet_folder(root)
    shown = folder.relative_to(root)
    folders, archives = imagenet_parts(folder)
    if folders:
        release = release_of(one.relative_to(folder).as_posix() for one in folders)
        splits = sorted({one.parent.name for one in folders if one.parent != folder})
        found = f"{shown}: {release}, {'in ' + ', '.join(splits) if splits else 'a folder a class'}"
        yield DoctorCheck(_SECTION, "ImageNet", "ok", found)
    elif archives:
        found = f"{shown}: {counted(len(archives), 'archive')}, read as they are"
        yield DoctorCheck(_SECTION, "ImageNet", "ok", found)
    else:
        found = f"{shown} has no class folder; it has whole images of categories"
        access = f"ask for access at {_IMAGENET}, and unpack it into {root / 'imagenet'}/"
        advice = _demo_again(root) if _is_demo(root) else access
        yield DoctorCheck(_SECTION, "ImageNet", "note", found, advice)


def _unfinished(root: Path) -> Iterator[DoctorCheck]:
    folders = (root, root / "lvis", root / "coco", root / "imagenet", visual_genome_folder(root))
    found = [file for folder in folders if folder.is_dir() for file in unfinished(folder)]
    for file in found:
        said = f"{file} is a download that has not ended"
        yield DoctorCheck(_SECTION, "downloads", "note", said, "end it, or delete the file")
