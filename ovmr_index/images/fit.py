"""Whether the boxes of an annotation file fit its image, by the size that the file says it has."""

from typing import NamedTuple

from ovmr_index.formats.records import Box

Size = tuple[int, int]


class Fit(NamedTuple):
    """How boxes are put on the pixels of an image.

    `turned`: they are meant for the image as shown, after EXIF rotation, and not as stored.
    `scale` is what x and w, and y and h, are multiplied by, where the image was made smaller or
    larger after it was annotated.
    """

    turned: bool = False
    scale: tuple[float, float] | None = None


def fit_boxes(annotated: Size | None, stored: Size, shown: Size) -> Fit | None:
    """Return how boxes fit an image, None where they were made for one of another shape.

    Args:
        annotated: Width and height in pixels that the annotation file says; None where it says
            nothing, which stands for the stored ones.
        stored: Width and height of the pixels in the file.
        shown: The same after EXIF rotation.
    """
    if annotated is None or annotated == stored:
        return Fit()
    if annotated == shown:
        return Fit(turned=True)
    for size, turned in ((stored, False), (shown, True)):
        if _has_shape_of(size, annotated):
            return Fit(turned, (size[0] / annotated[0], size[1] / annotated[1]))
    return None


def scaled(box: Box, fit: Fit) -> Box:
    """Return an xywh box in pixels of its image, which may be larger or smaller than annotated."""
    if fit.scale is None:
        return box
    (x, y, w, h), (by_x, by_y) = box, fit.scale
    return x * by_x, y * by_y, w * by_x, h * by_y


def _has_shape_of(size: Size, annotated: Size) -> bool:
    """Return whether one size is the other made smaller or larger, rounded to whole pixels."""
    (width, height), (known_width, known_height) = size, annotated
    if min(*size, *annotated) < 1:
        return False
    by_width, by_height = width / known_width, height / known_height
    return abs(known_height * by_width - height) < 1 or abs(known_width * by_height - width) < 1
