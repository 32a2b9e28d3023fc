"""Masks as run lengths: what pycocotools makes of any mask, in every form that a mask has."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as mask_utils

from ovmr_index.integrations.run_lengths import area_of, run_lengths
from tests.support.exhaustive import examples


@st.composite
def drawn_masks(draw: st.DrawFn) -> npt.NDArray[np.uint8]:
    """Return a mask of any runs, long ones among them."""
    height, width = draw(st.integers(1, 300)), draw(st.integers(1, 60))
    pixels = np.zeros(height * width, np.uint8)
    for start in draw(st.lists(st.integers(0, height * width - 1), max_size=12)):
        pixels[start : start + draw(st.sampled_from((1, 2, 40, 5_000)))] ^= 1
    return np.asfortranarray(pixels.reshape(height, width, order="F"))


@examples(60)
@given(mask=drawn_masks())
def test_run_lengths_are_taken_as_they_are(mask: npt.NDArray[np.uint8]) -> None:
    height, width = mask.shape
    wanted = mask_utils.encode(mask)
    packed = {"size": [height, width], "counts": wanted["counts"].decode()}
    assert run_lengths(packed, height, width) == wanted
    flat = mask.ravel(order="F")
    starts = np.flatnonzero(np.diff(flat, prepend=0))
    counts = np.diff(starts, prepend=0, append=len(flat)).tolist()
    plain = {"size": [height, width], "counts": counts}
    assert run_lengths(plain, height, width) == wanted
    assert area_of(wanted) == mask.sum()


@examples(40)
@given(mask=drawn_masks(), cut=st.integers(1, 4))
def test_run_lengths_that_are_cut_are_refused(mask: npt.NDArray[np.uint8], cut: int) -> None:
    height, width = mask.shape
    counts = mask_utils.encode(mask)["counts"].decode()[:-cut]
    with pytest.raises(ValueError, match="of the mask"):
        run_lengths({"size": [height, width], "counts": counts}, height, width)


def test_polygons_are_merged() -> None:
    first, second = [1.0, 1, 9, 1, 9, 9, 1, 9], [5.0, 5, 20, 5, 20, 20, 5, 20]
    both = run_lengths([first, second], 30, 40)
    parts = mask_utils.frPyObjects([first, second], 30, 40)
    shared = mask_utils.area(mask_utils.merge(parts, intersect=True))
    assert 0 < shared == sum(mask_utils.area(parts)) - area_of(both)


@pytest.mark.parametrize("mask", [[], [[1, 1, 2, 2]]])
def test_what_has_too_few_points_covers_nothing(mask: list[list[float]]) -> None:
    assert area_of(run_lengths(mask, 30, 40)) == 0
