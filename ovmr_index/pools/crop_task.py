"""What cuts the crop of an exemplar out of its image."""

from pathlib import Path

from ovmr_index.formats.table import format_of
from ovmr_index.images.crop import CropTask
from ovmr_index.images.crop_shape import PUBLISHED, CropShape
from ovmr_index.pools.box_numbers import are_pixels, no_pixels
from ovmr_index.pools.exemplars import Exemplar


def exemplar_task(
    one: Exemplar, targets: tuple[Path, ...], shape: CropShape = PUBLISHED
) -> CropTask:
    """Return what cuts the crop of an exemplar out of its image, for some files.

    Raises:
        DamagedError: The index holds a box that no file can have.
    """
    box, annotated = None, None
    if one.x is not None and one.y is not None and one.w is not None and one.h is not None:
        box = (one.x, one.y, one.w, one.h)
        if not are_pixels(box):
            raise no_pixels(one.region_id)
    if one.image_width and one.image_height:
        annotated = (one.image_width, one.image_height)
    floored = format_of(one.format).floors_boxes
    return CropTask(one.location, floored, box, targets, annotated, shape)
