"""Boxes beside their image, and those that reach into it by less than a pixel."""

import pytest

from ovmr_index.images.crop import crop_box


@pytest.mark.parametrize("floored", [False, True])
@pytest.mark.parametrize(
    "box",
    [
        *[(105, 85, 50, 50), (100, 0, 50, 50), (0, 80, 50, 50), (100.0, 79, 9, 9)],
        *[(-50, 10, 50, 50), (10, -50, 50, 50), (-50.5, 10, 50.25, 50), (-30, 10, 0, 40)],
    ],
)
def test_a_box_beside_its_image_gives_no_crop(
    box: tuple[float, float, float, float], floored: bool
) -> None:
    assert crop_box(box, (100, 80), floored=floored) is None


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((99, 0, 50, 50), (88, 0, 100, 61)),
        ((99.9, 79.9, 50, 50), (88, 68, 100, 80)),
        ((-50, -50, 51, 51), (0, 0, 12, 12)),
        ((-50, 0, 50.1, 50), (0, 0, 11, 61)),
        ((0, 0, 0, 50), (0, 0, 36, 61)),  # without a width: floored it has one
    ],
)
def test_a_box_that_reaches_into_its_image_gives_one(
    box: tuple[float, float, float, float], expected: tuple[int, int, int, int]
) -> None:
    assert crop_box(box, (100, 80), floored=True) == expected
