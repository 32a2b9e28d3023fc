"""The pixels of an image in RGB, as its boxes are meant.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from ovmr_index.formats.records import Box
from ovmr_index.images.crop import CropTask, crop_box, square_box
from ovmr_index.images.fit import Fit, Size, fit_boxes, scaled
from ovmr_index.images.header import ImageError, ImageFile, load_whole, opened, size_as_shown
from ovmr_index.images.pixels import in_kept_colours, turned_upright
from ovmr_index.images.shaped import PixelBox, shaped


def fitted_image(source: ImageFile, annotated: Size | None) -> tuple[Image.Image, Fit]:
    """Return an image in RGB and how boxes are put on it: turned by EXIF where they are meant so.

    Args:
        source: The image.
        annotated: Width and height in pixels that the annotation file says; None where it says
            nothing.

    Raises:
        ImageError: The image is missing, cut short, too large, or of another shape than annotated.
    """
    with _as_annotated(source, annotated) as (image, fit):
        return in_kept_colours(image, "JPEG").convert("RGB"), fit


def crop_pixels(task: CropTask) -> tuple[Image.Image, Size]:
    """Return a crop in RGB, without the losses of JPEG, and width and height of the whole image.

    Raises:
        ImageError: The image is missing or unreadable, or the box leaves nothing of it.
    """
    annotated = None if task.box is None else task.annotated
    with _as_annotated(task.source, annotated) as (image, fit):
        box = None if task.box is None else _around(task, scaled(task.box, fit), image.size)
        return shaped(image, box, task.shape, "JPEG").convert("RGB"), image.size


def _around(task: CropTask, box: Box, size: Size) -> PixelBox:
    """Return what is cut out around a box; raises ImageError where nothing is left."""
    around = square_box if task.shape.square else crop_box
    found = around(box, size, floored=task.floored, context=task.shape.context)
    if found is None:
        raise ImageError(task.source, "the box leaves nothing of the image")
    return found


@contextmanager
def _as_annotated(source: ImageFile, annotated: Size | None) -> Iterator[tuple[Image.Image, Fit]]:
    """Open an image, turned as its boxes are meant; what goes wrong in the block is ImageError."""
    with opened(source) as image:
        load_whole(source, image)
        fit = fit_boxes(annotated, image.size, size_as_shown(image))
        if fit is None:
            found, said = (f"{size[0]} x {size[1]}" for size in (image.size, annotated or (0, 0)))
            raise ImageError(source, f"is {found} pixels, the annotation file says {said}")
        yield turned_upright(image) if fit.turned else image, fit
