"""How large an image is that its boxes are drawn on: its header says it where nothing else does."""

from threading import Lock

from ovmr_index.images.crop import CropTask
from ovmr_index.images.fit import Size
from ovmr_index.images.header import ImageError, opened

_ONE_AT_A_TIME = Lock()  # what reads headers changes settings of the process


def shown_size(crop: CropTask) -> Size | None:
    """Return the width and height in pixels that the boxes on an image are meant in.

    None where no annotation file says it and the image is missing or unreadable. May be called
    from any thread.
    """
    if crop.annotated is not None:
        return crop.annotated
    try:
        with _ONE_AT_A_TIME, opened(crop.source) as image:
            return image.size
    except ImageError:
        return None
