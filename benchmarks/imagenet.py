"""ImageNet folders in the layout of ImageNet-21K-P: many names over a few drawn pictures."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageDraw

from benchmarks.drawing import scaled

# ext4 allows 65,000 links to a file: 1.2 million names over 48 pictures are 25,000 each.
PICTURES = 48
SMALL_SHARE = 0.15
VAL_FILES = 50
HIGHEST_NUMBER = 100_000


def draw_pictures(folder: Path, seed: int) -> list[Path]:
    """Draw pictures of 200 to 640 pixels a side into `folder` and return their paths.

    All are named .JPEG; two are PNG inside, and two are turned by EXIF.
    """
    rng = np.random.default_rng([seed, 4])
    orientations = {2: 6, 3: 8}
    paths = [folder / f"{i}.JPEG" for i in range(PICTURES)]
    for i, path in enumerate(paths):
        picture = _draw_picture(rng)
        if i < 2:
            picture.save(path, "PNG")
            continue
        exif = Image.Exif()
        if i in orientations:
            exif[ExifTags.Base.Orientation] = orientations[i]
        picture.save(path, "JPEG", quality=50, exif=exif)
    return paths


def _draw_picture(rng: np.random.Generator) -> Image.Image:
    width, height = rng.integers(200, 641, 2).tolist()
    colours = [tuple(colour) for colour in rng.integers(256, size=(5, 3)).tolist()]
    picture = Image.new("RGB", (width, height), colours[0])
    draw = ImageDraw.Draw(picture)
    for colour in colours[1:]:
        (x, y), (w, h) = (rng.integers(0, 200, 2).tolist(), rng.integers(20, 300, 2).tolist())
        draw.ellipse((x, y, x + w, y + h), fill=colour)
    return picture


def link_classes(
    imagenet: Path, wnids: Sequence[str], pictures: Sequence[Path], scale: float, seed: int
) -> int:
    """Make the folders of these wnids under `imagenet`; return the number of their files."""
    return sum(_link_class(imagenet, wnid, pictures, scale, seed) for wnid in wnids)


def _link_class(
    imagenet: Path, wnid: str, pictures: Sequence[Path], scale: float, seed: int
) -> int:
    """Make a folder in imagenet21k_small_classes, or one in train and one in val."""
    rng = np.random.default_rng([seed, 5, int(wnid[1:])])
    if rng.random() < SMALL_SHARE:
        counts = {"imagenet21k_small_classes": scaled(int(rng.integers(20, 501)), scale)}
    else:
        train = scaled(int(rng.integers(450, 2_250)), scale)
        counts = {"train": train, "val": scaled(VAL_FILES, scale)}
    total = sum(counts.values())
    numbers = iter(rng.choice(HIGHEST_NUMBER, total, replace=False).tolist())
    drawn = iter(rng.integers(len(pictures), size=total).tolist())
    for split, count in counts.items():
        folder = imagenet / split / wnid
        folder.mkdir(parents=True)
        prefix = f"{folder}/{wnid}_"
        for _ in range(count):
            os.link(pictures[next(drawn)], f"{prefix}{next(numbers)}.JPEG")
    return total
