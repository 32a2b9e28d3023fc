"""Crops of a shape: squares, moved into the image and padded, and crops of one size."""

import math

from PIL import Image

from ovmr_index.formats.records import Box
from ovmr_index.images.crop_shape import CropShape
from ovmr_index.images.pixels import in_kept_colours

PixelBox = tuple[int, int, int, int]

# What is beside the image: the mean colour of ImageNet, which is 0 once it is normalised.
_BESIDE = (124, 116, 104)


def square_around(box: Box, side: float, size: tuple[int, int]) -> PixelBox:
    """Return the square of a side, centred on an xywh box, in whole pixels of an image.

    Left, top, right, bottom. It is moved so that it does not leave the image of `size` (width,
    height). Where a side of the image is shorter, it leaves it at both ends alike. It is never
    larger than the longer side of the image.
    """
    x, y, w, h = box
    pixels = max(1, round(min(side, max(size))))
    left = _inside(x + w / 2, pixels, size[0])
    top = _inside(y + h / 2, pixels, size[1])
    return left, top, left + pixels, top + pixels


def _inside(middle: float, length: int, whole: int) -> int:
    """Return where a length around a point begins, moved to be within 0 and `whole`."""
    if length > whole:
        return (whole - length) // 2
    return min(max(0, math.floor(middle - length / 2 + 0.5)), whole - length)


def shaped(image: Image.Image, box: PixelBox | None, shape: CropShape, kind: str) -> Image.Image:
    """Return a crop in a shape, in colours that the format `kind` can keep.

    Where pixels are added or resampled the colours are grey or RGB.

    Args:
        image: The image, as its boxes are meant.
        box: What is cut out: left, top, right, bottom in pixels, which may be partly beside the
            image; None for the whole image.
        shape: The shape that the crop is given.
        kind: PNG or JPEG.
    """
    if shape.keeps_pixels:
        return in_kept_colours(image, kind, box)
    width, height = image.size
    if box is None:
        box = square_around((0, 0, width, height), max(image.size), image.size)
        box = box if shape.square else (0, 0, width, height)
    left, top, right, bottom = box
    inner = max(0, left), max(0, top), min(width, right), min(height, bottom)
    found = in_kept_colours(image, "JPEG", inner)
    if found.size != (right - left, bottom - top):
        ground = Image.new("RGB", (right - left, bottom - top), _BESIDE)
        ground.paste(found, (inner[0] - left, inner[1] - top))
        found = ground
    return found if shape.size is None else _resized(found, shape.size)


def _resized(image: Image.Image, longest: int) -> Image.Image:
    """Return an image whose longer side has so many pixels."""
    by = longest / max(image.size)
    width, height = (max(1, round(side * by)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
