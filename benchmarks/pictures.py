"""Pictures for the images of LVIS and Visual Genome in a tree: many names over some drawn ones."""

import itertools
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

OF_A_SIZE = 8  # drawn pictures: ext4 allows 65,000 links to a file
QUALITY = 90
GRAINS = (1, 4, 16, 64, 256)  # pixels between the knots of the noise that a picture is a sum of


class Picture(NamedTuple):
    """An image file, below the root of the tree, and its size in pixels."""

    path: str
    width: int
    height: int


def link_pictures(root: Path, wanted: Iterable[Picture], seed: int = 0) -> int:
    """Make those of the image files that are not there; return how many were made.

    Each is a hard link to one of a few JPEG files of its size, which take about as many bytes
    and as long to decode as photographs do.
    """
    by_size: dict[tuple[int, int], list[Path]] = {}
    for path, width, height in wanted:
        if not (root / path).exists():
            by_size.setdefault((width, height), []).append(root / path)
    rng = np.random.default_rng([seed, 6])
    for size, paths in sorted(by_size.items()):
        # The drawn files go once they are linked: the links keep them.
        with tempfile.TemporaryDirectory(dir=root) as drawn:
            files = [Path(drawn, f"{i}.jpg") for i in range(min(OF_A_SIZE, len(paths)))]
            for file in files:
                draw_picture(rng, *size).save(file, "JPEG", quality=QUALITY)
            for target, file in zip(paths, itertools.cycle(files), strict=False):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, target)
    return sum(map(len, by_size.values()))


def draw_picture(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Return an RGB image with detail of every scale, as a photograph has."""
    total = np.full((height, width, 3), 128.0)
    for grain in GRAINS:
        knots = rng.normal(0, 4 * grain**0.5, (height // grain + 2, width // grain + 2, 3))
        noise = Image.fromarray(np.clip(knots + 128, 0, 255).astype(np.uint8))
        total += np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC), float) - 128
    return Image.fromarray(np.clip(total, 0, 255).astype(np.uint8))
