"""Crops of other shapes than the published one: context, squares and sizes."""

from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.errors import UsageError
from ovmr_index.images.crop import CropTask, crop_box, encode_all, render_all, square_box
from ovmr_index.images.crop_shape import PUBLISHED, CropShape

SIZE = (100, 80)
BESIDE = (124, 116, 104)


def _cropped(
    tmp_path: Path, shape: CropShape, box: tuple[int, int, int, int] | None, image: Image.Image
) -> Image.Image:
    image.save(tmp_path / "image.png")
    task = CropTask(str(tmp_path / "image.png"), False, box, (tmp_path / "crop.png",), None, shape)
    (done,) = render_all([task])
    assert done.problem is None
    with Image.open(tmp_path / "crop.png") as crop:
        crop.load()
        return crop


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (0, (40, 25, 60, 45)),
        (0.4, (36, 21, 64, 49)),
        (1, (30, 15, 70, 55)),
        (3, (10, 0, 90, 75)),
        (1e9, (0, 0, 100, 80)),
    ],
)
def test_context_is_a_part_of_the_larger_side(
    context: float, expected: tuple[int, int, int, int]
) -> None:
    assert crop_box((40, 30, 20, 10), SIZE, floored=False, context=context) == expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((40, 30, 20, 10), (40, 25, 60, 45)),
        ((0, 0, 20, 10), (0, 0, 20, 20)),  # moved to the right and down
        ((90, 75, 10, 4), (90, 70, 100, 80)),
        ((-5, 30, 20, 10), (0, 25, 20, 45)),
        ((40, 30, 0.2, 0.2), (40, 30, 41, 31)),
        ((0, 0, 90, 10), (0, -5, 90, 85)),  # higher than the image
        ((-50, -50, 500, 500), (0, -10, 100, 90)),  # no larger than the longer side
        ((100, 0, 5, 5), None),
    ],
)
def test_a_square_is_moved_into_the_image(
    box: tuple[float, float, float, float], expected: tuple[int, int, int, int] | None
) -> None:
    assert square_box(box, SIZE, floored=False, context=0) == expected


def test_a_square_of_a_floored_box() -> None:
    assert square_box((40.6, 30.6, 19.4, 9.4), SIZE, floored=True, context=0) == (40, 25, 60, 45)


def test_a_square_crop_is_padded_where_the_image_is_smaller(tmp_path: Path) -> None:
    red = Image.new("RGB", SIZE, "red")
    crop = _cropped(tmp_path, CropShape(0, square=True), (0, 0, 90, 10), red)
    assert crop.size == (90, 90)
    assert crop.getpixel((45, 4)) == crop.getpixel((45, 86)) == BESIDE
    assert crop.getpixel((0, 5)) == crop.getpixel((89, 84)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (CropShape(size=50), (50, 40)),
        (CropShape(size=200), (200, 160)),
        (CropShape(square=True), (100, 100)),
        (CropShape(square=True, size=32), (32, 32)),
        (CropShape(context=9), SIZE),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "I;16", "1"])
def test_a_whole_image_of_a_shape(
    tmp_path: Path, shape: CropShape, expected: tuple[int, int], mode: str
) -> None:
    crop = _cropped(tmp_path, shape, None, Image.new(mode, SIZE))
    assert crop.size == expected
    in_colour = shape.square or mode in ("RGB", "P", "RGBA")
    assert crop.mode == (mode if shape.keeps_pixels else "RGB" if in_colour else "L")


def test_a_box_of_a_size_is_resampled(tmp_path: Path) -> None:
    half = Image.new("RGB", SIZE, "blue")
    half.paste("red", (0, 0, 50, 80))
    crop = _cropped(tmp_path, CropShape(0, square=True, size=64), (40, 30, 20, 10), half)
    assert crop.size == (64, 64)
    assert crop.getpixel((2, 32)) == (255, 0, 0)
    assert crop.getpixel((61, 32)) == (0, 0, 255)
    thin = _cropped(tmp_path, CropShape(0, size=64), (0, 0, 100, 1), Image.new("RGB", (100, 1)))
    assert thin.size == (64, 1)


def test_without_a_shape_a_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", SIZE, "red").save(path)
    tasks = [
        CropTask(str(path), False, None, (Path("a.jpg"),), None, shape)
        for shape in (PUBLISHED, CropShape(context=2), CropShape(size=100))
    ]
    found = [content for content, _ in encode_all(tasks)]
    assert found[0] == found[1] == path.read_bytes()
    assert found[2] not in (None, path.read_bytes())


@pytest.mark.parametrize("context", [-0.1, float("nan"), float("inf")])
def test_a_context_that_is_none(context: float) -> None:
    with pytest.raises(UsageError, match=r"context= is .*; give 0 or more"):
        CropShape(context)


@pytest.mark.parametrize("size", [0, -1, 8_193, 2.5])
def test_a_size_that_is_none(size: int) -> None:
    with pytest.raises(UsageError, match=r"size= is .*; give 1 to 8,192 pixels"):
        CropShape(size=size)
