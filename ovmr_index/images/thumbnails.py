"""Small pictures of crops and of whole images, as JPEGs that a screen shows.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

import hashlib
import io
from typing import NamedTuple

from PIL import Image

from ovmr_index.images.begun import in_memory
from ovmr_index.images.crop import CropTask, UnfitError, fit_of, place_of
from ovmr_index.images.fit import Size
from ovmr_index.images.header import ImageError, ImageFile, load_whole, opened, size_as_shown
from ovmr_index.images.pixels import in_kept_colours, turned_upright
from ovmr_index.images.shaped import PixelBox
from ovmr_index.storage.file_states import State
from ovmr_index.storage.remote.errors import StoreError

_QUALITY = 82  # of the JPEG: thumbnails are looked at, and nothing is trained on them
_GAP = 2.0  # how much larger than wanted the pixels are that the last step resamples


class ThumbnailTask(NamedTuple):
    """A thumbnail to make: of a crop, whose `targets` are not looked at.

    Its longer side has `side` pixels, or fewer where the crop has. With `whole` it shows all of the
    image, turned as the box of the crop is meant.
    """

    crop: CropTask
    side: int
    whole: bool = False


class Thumbnail(NamedTuple):
    """A JPEG, or why there is none."""

    content: bytes | None
    reason: str | None = None


def thumbnail_key(task: ThumbnailTask, state: State) -> str:
    """Return a name that differs where a thumbnail does.

    Args:
        task: What is made.
        state: That of the image's file: another one gives another name.
    """
    described = (task.crop._replace(targets=()), task.side, task.whole, state)
    return hashlib.sha256(repr(described).encode(errors="surrogatepass")).hexdigest()[:40]


def render_thumbnail(task: ThumbnailTask) -> Thumbnail:
    """Return a thumbnail: what it shows is what `crop.render_all` writes.

    What is wrong with the image, with the box on it, or with the store that it is in, is the reason
    of one without content.
    """
    try:
        source = in_memory(task.crop.source)
        with opened(source) as image:
            return Thumbnail(_rendered(task, source, image))
    except ImageError as error:
        return Thumbnail(None, error.reason)
    except (StoreError, UnfitError) as error:
        return Thumbnail(None, str(error))


def _rendered(task: ThumbnailTask, source: ImageFile, image: Image.Image) -> bytes:
    box, turned = _place(task, image)
    size = size_as_shown(image) if turned else image.size
    _decode_smaller(image, max(box[2] - box[0], box[3] - box[1]), task.side)
    load_whole(source, image)
    shown = turned_upright(image) if turned else image
    small = in_kept_colours(shown, "JPEG", _rescaled(box, size, shown.size))
    small.thumbnail((task.side, task.side), Image.Resampling.LANCZOS, reducing_gap=_GAP)
    small.info = {}
    output = io.BytesIO()
    small.save(output, "JPEG", quality=_QUALITY)
    return output.getvalue()


def _place(task: ThumbnailTask, image: Image.Image) -> tuple[PixelBox, bool]:
    """Return what is shown of an image, and whether that is turned by EXIF; raises UnfitError."""
    crop = task.crop
    if crop.box is None:
        return (0, 0, *image.size), False
    fit = fit_of(crop.annotated, image)
    if task.whole:
        width, height = size_as_shown(image) if fit.turned else image.size
        return (0, 0, width, height), fit.turned
    return place_of(crop, crop.box, fit, image.size), fit.turned


def _decode_smaller(image: Image.Image, shown: int, side: int) -> None:
    """Let a JPEG be decoded at an eighth to a half of its size, where `side` pixels are left.

    `shown` is the longer side of what is cut out of it, in pixels.
    """
    width, height = (max(1, length * side // shown) for length in image.size)
    image.draft(None, (width, height))


def _rescaled(box: PixelBox, size: Size, decoded: Size) -> PixelBox:
    """Return a box of an image of `size` in pixels of the image as decoded; it is not empty."""
    left, right = (length * decoded[0] // size[0] for length in (box[0], box[2]))
    top, bottom = (length * decoded[1] // size[1] for length in (box[1], box[3]))
    return left, top, max(right, left + 1), max(bottom, top + 1)
