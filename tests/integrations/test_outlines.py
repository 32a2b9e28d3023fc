"""Masks as paths of an SVG: polygons point by point, run lengths as what fills them."""

from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from ovmr_index.integrations.outlines import outline


def test_polygons_are_drawn_point_by_point() -> None:
    found = outline([[4.5, 4, 44, 4, 44, 40], [0, 0, 1, 0, 1, 1]])
    assert found == ("M4.5 4L44 4L44 40Z M0 0L1 0L1 1Z", "")


@pytest.mark.parametrize("nothing", [None, [], [[1, 2, 3, 4]]])
def test_no_mask_is_no_path(nothing: Any) -> None:
    assert outline(nothing) == ("", "")


@pytest.mark.parametrize("is_packed", [False, True])
def test_run_lengths_are_filled_with_rectangles(is_packed: bool) -> None:
    # Columns of four pixels: the middle of the first, the end of the second, all of two more.
    mask: dict[str, Any] = {"size": [4, 5], "counts": [1, 2, 3, 10, 4]}
    if is_packed:
        packed = coco.frPyObjects(mask, 4, 5)
        mask = mask | {"counts": packed["counts"].decode()}
    assert outline(mask) == ("M0 1h1v2h-1zM1 2h1v2h-1zM2 0h2v4h-2z", "")


def test_equal_columns_are_one_rectangle() -> None:
    pixels = np.zeros((40, 60), np.uint8, order="F")
    pixels[5:30, 10:50] = 1
    packed = coco.encode(pixels)
    mask = {"size": packed["size"], "counts": packed["counts"].decode()}
    assert outline(mask) == ("M10 5h40v25h-40z", "")


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ({"size": [4, 3], "counts": [1, 2]}, "do not cover 4 x 3 pixels"),
        ({"size": [4, 3], "counts": "~~"}, "no packed run lengths"),
        ({"counts": [12]}, "it is no mask of run lengths"),
        ({"size": [4], "counts": [4]}, "it is no mask of run lengths"),
        ({"size": ["4", 3], "counts": [12]}, "it is no mask of run lengths"),
        ({"size": [0, 3], "counts": [0, 9]}, "do not cover 0 x 3 pixels"),
        ([["a", "b"] * 3], "no list of x, y"),
        ([[1, 2, 3, 4, 5, 6, 7]], "no list of x, y"),
        ({"size": [3, 30_000], "counts": [1, 1] * 45_000}, "too many parts"),
    ],
)
def test_what_cannot_be_drawn_is_said(mask: Any, said: str) -> None:
    found = outline(mask)
    assert found.path == ""
    assert said in found.note
