"""Where ImageNet usually is below a root: the folders of the code bases' own instructions."""

from pathlib import Path

from ovmr_index.formats.imagenet_links import class_entries, leads_into

_PROCESSED = "imagenet/imagenet21k_P"  # MM-OVOD and OVMR: the three folders of ImageNet-21K-P
_TOP = "imagenet"  # a flat tree, or tars
_OTHERS = (
    "imagenet/ImageNet-LVIS",  # Detic: the classes of LVIS, unpacked
    "imagenet/imagenet_l",  # OVMR's detector
    "imagenet/ImageNet-21K",  # Detic: a tar a class
    "imagenet21k/images",  # OVMR's classification
)
_TREES = (_PROCESSED, _TOP, *_OTHERS)
_TOPS = ("imagenet", "imagenet21k")


def imagenet_folder(root: Path) -> Path:
    """Return the usual folder of ImageNet: the first that is there, `imagenet` where none is.

    That of ImageNet-21K-P goes before all, then a flat tree, then those of other code bases. One
    that only links to the classes of another is none.
    """
    trees = [root / name for name in _TREES]
    for name, folder in zip(_TREES, trees, strict=True):
        others = [tree for tree in trees if tree != folder]
        if not folder.is_dir() or leads_into(folder, others):
            continue
        if name == _PROCESSED or class_entries(folder):
            return folder
    return root / _TOP


def is_usual_imagenet(root: Path, path: Path) -> bool:
    """Return whether a path is in a folder that may be the usual one of ImageNet."""
    return any(path.is_relative_to(root / top) for top in _TOPS)
