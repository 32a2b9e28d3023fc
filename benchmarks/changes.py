"""Small changes to the tree, undone afterwards: what a second ingest is to find."""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ANNOTATIONS = 50
FILES = 300
_AREA = b'"area": '
_OTHER = dict(zip(b"12345678", b"21436587", strict=True))


@contextmanager
def changed_annotations(root: Path) -> Iterator[None]:
    """Give `ANNOTATIONS` annotations of LVIS train, spread over the file, another area."""
    path = root / "lvis" / "lvis_v1_train.json"
    swap_digits(path)
    try:
        yield
    finally:
        swap_digits(path)


def swap_digits(path: Path) -> None:
    """Change the first digit of some areas in place; done twice, the file is as it was."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        step = len(content) // (ANNOTATIONS + 1)
        for start in range(0, step * ANNOTATIONS, step):
            at = content.find(_AREA, start) + len(_AREA)
            while content[at] not in _OTHER:
                at = content.find(_AREA, at) + len(_AREA)
            content[at] = _OTHER[content[at]]
    os.utime(path)


@contextmanager
def more_files(root: Path) -> Iterator[None]:
    """Put `FILES` more images into one class folder of ImageNet."""
    train = root / "imagenet" / "imagenet21k_P" / "train"
    folder = min(train.iterdir())
    image = min(folder.iterdir())
    added = [folder / f"{folder.name}_new_{number}.JPEG" for number in range(FILES)]
    for file in added:
        file.hardlink_to(image)
    try:
        yield
    finally:
        for file in added:
            file.unlink()
