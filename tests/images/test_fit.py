"""Boxes on an image that is not of the size that its annotation file says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.images.fit import Fit, Size, fit_boxes

WIDE, HIGH = (200, 100), (100, 200)
_SIZES = st.tuples(st.integers(20, 3_000), st.integers(20, 3_000))


@pytest.mark.parametrize(
    ("annotated", "stored", "shown", "fit"),
    [
        (None, WIDE, HIGH, Fit()),
        (WIDE, WIDE, WIDE, Fit()),
        (WIDE, WIDE, HIGH, Fit()),  # as stored, though it is shown upright
        (HIGH, WIDE, HIGH, Fit(turned=True)),
        (HIGH, WIDE, WIDE, None),
        ((400, 200), WIDE, WIDE, Fit(scale=(0.5, 0.5))),
        ((100, 50), WIDE, WIDE, Fit(scale=(2, 2))),
        ((400, 200), WIDE, HIGH, Fit(scale=(0.5, 0.5))),
        ((200, 400), WIDE, HIGH, Fit(turned=True, scale=(0.5, 0.5))),
        ((640, 427), (320, 214), (320, 214), Fit(scale=(0.5, 214 / 427))),
        ((640, 427), (320, 213), (320, 213), Fit(scale=(0.5, 213 / 427))),
        ((640, 427), (320, 240), (320, 240), None),
        ((640, 480), (200, 200), (200, 200), None),
        ((0, 0), WIDE, WIDE, None),
    ],
)
def test_a_size_tells_how_boxes_fit(
    annotated: Size | None, stored: Size, shown: Size, fit: Fit | None
) -> None:
    assert fit_boxes(annotated, stored, shown) == fit


@given(_SIZES, st.floats(0.05, 1))
def test_an_image_made_smaller_is_found_however_it_was_rounded(size: Size, factor: float) -> None:
    for rounding in (int, round, lambda value: int(value) + 1):
        small = max(1, rounding(size[0] * factor)), max(1, rounding(size[1] * factor))
        found = fit_boxes(size, small, small)
        assert found in (Fit(), Fit(scale=(small[0] / size[0], small[1] / size[1])))
