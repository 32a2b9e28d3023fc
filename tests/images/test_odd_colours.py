"""Crops of images whose pixels are numbers, inks, palettes or transparency: they show something."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ovmr_index.images.header import ImageError
from tests.support.written_crops import write_crop

BOXES = (None, (10, 5, 20, 15))
Box = tuple[int, int, int, int]


def _halves(low: float, high: float, kind: type[np.generic]) -> Image.Image:
    """An image of 30 x 20 pixels, its left half of one number and its right half of another."""
    values: np.ndarray[Any, Any] = np.full((20, 30), low, kind)
    values[:, 15:] = high
    return Image.fromarray(values)


def _shown(path: Path) -> list[int]:
    """Return how bright the left half of a crop is, and the right half."""
    with Image.open(path) as crop:
        assert crop.format == "JPEG"
        return list(crop.convert("L").resize((2, 1), Image.Resampling.BOX).tobytes())


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize(
    ("low", "high", "kind", "shown"),
    [
        (0.1, 0.9, np.float32, (25, 229)),
        (0, 1, np.float32, (0, 255)),
        (20, 220, np.float32, (20, 220)),
        (1_000, 3_000, np.float32, (62, 187)),
        (-5, 5, np.float32, (0, 255)),
        (-1e30, 1e30, np.float32, (0, 255)),
        (5_000, 60_000, np.uint16, (19, 234)),
        (500, 3_500, np.uint16, (31, 218)),
        (10, 200, np.uint16, (10, 200)),
        (10, 200, np.int32, (10, 200)),
        (-70_000, 70_000, np.int32, (0, 255)),
        (0, 2**31 - 1, np.int32, (0, 255)),
    ],
)
def test_numbers_are_scaled_by_their_range(
    tmp_path: Path,
    low: float,
    high: float,
    kind: type[np.generic],
    shown: tuple[int, int],
    box: Box | None,
) -> None:
    source = tmp_path / "source.tif"
    _halves(low, high, kind).save(source)
    write_crop(source, box, tmp_path / "a.jpg")
    assert _shown(tmp_path / "a.jpg") == pytest.approx(shown, abs=6)


def test_a_part_is_as_bright_as_in_the_whole(tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    _halves(10, 60_000, np.uint16).save(source)
    write_crop(source, (0, 0, 10, 10), tmp_path / "a.jpg")
    assert _shown(tmp_path / "a.jpg") == [0, 0]


def test_numbers_that_are_none_are_black_and_an_image_of_them_is_named(tmp_path: Path) -> None:
    values = np.full((20, 30), np.nan, np.float32)
    Image.fromarray(values).save(tmp_path / "none.tif")
    with pytest.raises(ImageError, match="no pixel is a finite number"):
        write_crop(tmp_path / "none.tif", None, tmp_path / "a.jpg")
    values[:, 15:] = 0.9
    values[0, 0] = np.inf
    Image.fromarray(values).save(tmp_path / "some.tif")
    write_crop(tmp_path / "some.tif", None, tmp_path / "a.jpg")
    assert _shown(tmp_path / "a.jpg") == pytest.approx([0, 229], abs=6)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize(("colour", "ground"), [(0, 255), (255, 0)])
def test_a_shape_of_transparency_alone_is_seen(
    tmp_path: Path, mode: str, colour: int, ground: int
) -> None:
    image = Image.new("LA", (30, 20), (colour, 0))
    image.paste((colour, 255), (15, 0, 30, 20))
    image.convert(mode).save(tmp_path / "icon.png")
    write_crop(tmp_path / "icon.png", None, tmp_path / "a.jpg")
    assert _shown(tmp_path / "a.jpg") == pytest.approx([ground, colour], abs=6)


@pytest.mark.parametrize("mode", ["CMYK", "P", "YCbCr"])
def test_other_colours_show_what_they_hold(tmp_path: Path, mode: str) -> None:
    halves = _halves(20, 220, np.uint8)
    halves.convert("RGB").convert(mode).save(tmp_path / "a.tif")
    write_crop(tmp_path / "a.tif", (10, 5, 20, 15), tmp_path / "a.jpg")
    assert _shown(tmp_path / "a.jpg") == pytest.approx([20, 220], abs=20)
