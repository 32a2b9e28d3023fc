"""ImageNet folders in the layout of ImageNet-21K-P: many names over a few drawn images."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageDraw

from benchmarks.drawing import scaled

# ext4 allows 65,000 links to a file: 1.2 million names over 48 images are 25,000 each.
IMAGES = 48
SMALL_SHARE = 0.15
VAL_FILES = 50
HIGHEST_NUMBER = 100_000


def draw_images(folder: Path, seed: int) -> list[Path]:
    """Draw images of 200 to 640 pixels a side into `folder` and return their paths.

    All are named .JPEG; two are PNG inside, and two are turned by EXIF.
    """
    rng = np.random.default_rng([seed, 4])
    orientations = {2: 6, 3: 8}
    paths = [folder / f"{i}.JPEG" for i in range(IMAGES)]
    for i, path in enumerate(paths):
        image = _draw_image(rng)
        if i < 2:
            image.save(path, "PNG")
            continue
        exif = Image.Exif()
        if i in orientations:
            exif[ExifTags.Base.Orientation] = orientations[i]
        image.save(path, "JPEG", quality=50, exif=exif)
    return paths


def _draw_image(rng: np.random.Generator) -> Image.Image:
    width, height = rng.integers(200, 641, 2).tolist()
    colours = [tuple(colour) for colour in rng.integers(256, size=(5, 3)).tolist()]
    image = Image.new("RGB", (width, height), colours[0])
    draw = ImageDraw.Draw(image)
    for colour in colours[1:]:
        (x, y), (w, h) = (rng.integers(0, 200, 2).tolist(), rng.integers(20, 300, 2).tolist())
        draw.ellipse((x, y, x + w, y + h), fill=colour)
    return image


def link_classes(
    imagenet: Path, wnids: Sequence[str], images: Sequence[Path], scale: float, seed: int
) -> int:
    """Make the folders of these wnids under `imagenet`; return the number of their files."""
    return sum(_link_class(imagenet, wnid, images, scale, seed) for wnid in wnids)


def _link_class(imagenet: Path, wnid: str, images: Sequence[Path], scale: float, seed: int) -> int:
    """Make a folder in imagenet21k_small_classes, or one in train and one in val."""
    rng = np.random.default_rng([seed, 5, int(wnid[1:])])
    if rng.random() < SMALL_SHARE:
        counts = {"imagenet21k_small_classes": scaled(int(rng.integers(20, 501)), scale)}
    else:
        train = scaled(int(rng.integers(450, 2_250)), scale)
        counts = {"train": train, "val": scaled(VAL_FILES, scale)}
    total = sum(counts.values())
    numbers = iter(rng.choice(HIGHEST_NUMBER, total, replace=False).tolist())
    drawn = iter(rng.integers(len(images), size=total).tolist())
    for split, count in counts.items():
        folder = imagenet / split / wnid
        folder.mkdir(parents=True)
        prefix = f"{folder}/{wnid}_"
        for _ in range(count):
            os.link(images[next(drawn)], f"{prefix}{next(numbers)}.JPEG")
    return total
