"""Masks of boxes, decoded: an array of zeros and ones as large as the image."""

import warnings
from typing import TYPE_CHECKING, Any

from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.forms.annotated_images import AnnotatedImage
from ovmr_index.images.fit import Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST = 6  # numbers of a polygon: three points


def decoded_masks(image: AnnotatedImage, size: Size) -> "NDArray[np.bool_]":
    """Return the masks of an image's boxes, of shape (boxes, height, width).

    A box without a mask has its rectangle.

    Args:
        image: As it was read with records.
        size: Its width and height in pixels, which may be others than those annotated.

    Raises:
        OvmrIndexError: Run lengths do not cover their image, or a polygon is no list of points.
    """
    import numpy as np

    annotated = (image.width, image.height) if image.width and image.height else size
    masks = np.zeros((len(image.boxes), size[1], size[0]), bool)
    for mask, box in zip(masks, image.boxes, strict=True):
        try:
            found = _decoded(box.segmentation(), annotated)
        except ValueError as error:
            message = f"{image.file_name}: annotation {box.id}: {error}; leave masks out"
            raise OvmrIndexError(message) from None
        if found is not None:
            mask[:] = _resized(found, size)
            continue
        by_x, by_y = size[0] / annotated[0], size[1] / annotated[1]
        left, right = (max(0, round(x * by_x)) for x in (box.x, box.x + box.w))
        top, bottom = (max(0, round(y * by_y)) for y in (box.y, box.y + box.h))
        mask[top:bottom, left:right] = True
    return masks


def polygons(segmentation: Any) -> list[list[float]]:
    """Return the polygons of a segmentation (lists of x, y in pixels) that are of three points."""
    given = segmentation if isinstance(segmentation, list) else []
    return [one for one in given if len(one) >= _LEAST]


def _decoded(segmentation: Any, size: Size) -> "NDArray[np.uint8] | None":
    """Return a mask of a size (width, height), None where a segmentation holds none.

    Run lengths have their own size. Raises ValueError as `run_lengths`.
    """
    from pycocotools import mask as coco

    from ovmr_index.integrations.run_lengths import run_lengths

    found = segmentation if isinstance(segmentation, dict) else polygons(segmentation)
    if not found:
        return None
    height, width = found["size"] if isinstance(found, dict) else size[::-1]
    runs = run_lengths(found, height, width)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of numpy 2, at each call
        mask: NDArray[np.uint8] = coco.decode(runs)
    return mask


def _resized(mask: "NDArray[np.uint8]", size: Size) -> "NDArray[np.uint8]":
    """Return a mask at a size (width, height): of pixels between others the nearest one counts."""
    if mask.shape == size[::-1]:
        return mask
    import numpy as np
    from PIL import Image

    return np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))
