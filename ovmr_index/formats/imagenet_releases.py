"""Releases of ImageNet: which one a tree is, and which of LVIS's categories Fall 2011 shows."""

from collections.abc import Iterable
from importlib import resources

# What the published script lists in imagenet_lvis_image_info.json; upper and lower case differ.
LISTED_SUFFIXES = (".JPEG", ".jpg", ".jpeg", ".png")

_RELEASES = {
    21_841: "ImageNet-21K, Fall 2011",
    19_167: "ImageNet-21K, Winter 2021",
    11_221: "ImageNet-21K-P of Fall 2011",
    10_450: "ImageNet-21K-P of Winter 2021",
    1_000: "ImageNet-1K",
}
_WNID = 9  # letters


def release_of(folders: Iterable[str]) -> str:
    """Return the number of classes and the release that has so many, if one is known.

    `folders` are the paths of the class folders. Where there is a split train its classes count, as
    the small classes are not in it; otherwise all classes do.
    """
    paths = list(folders)
    classes = {_wnid_of(path) for path in paths}
    in_train = {_wnid_of(path) for path in paths if path.startswith("train/")}
    release = _RELEASES.get(len(in_train)) or _RELEASES.get(len(classes))
    counted = f"{len(classes):,} class{'es' if len(classes) != 1 else ''}"
    return f"{counted}, {release or 'no known release'}"


def _wnid_of(folder: str) -> str:
    return folder.removesuffix("/images")[-_WNID:]


def wnids_of_lvis() -> frozenset[str]:
    """Return the 997 wnids of LVIS's categories that have a folder in ImageNet-21K, Fall 2011."""
    data = resources.files("ovmr_index").joinpath("data", "imagenet_lvis_wnids.txt")
    return frozenset(data.read_text(encoding="utf-8").split())
