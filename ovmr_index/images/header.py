"""What an image is: its sizes, its format and its mode, from its header.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import ExifTags, Image, UnidentifiedImageError

from ovmr_index.errors import OvmrIndexError
from ovmr_index.images.zero_tails import why_cut_short
from ovmr_index.storage.image_names import formats_to_try
from ovmr_index.storage.links import require_readable, without_mark
from ovmr_index.storage.members import Member, member_content
from ovmr_index.storage.reading import is_remote, remote_file

_MOST_PIXELS = 89_478_485  # where Pillow's warning of a decompression bomb begins

ImageFile = str | Path | Member | BinaryIO

_ORIENTATION_KEYS = {"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"}
_BAD_DATA = (EOFError, LookupError, SyntaxError, TypeError, ValueError, struct.error, zlib.error)
_UNREADABLE = (*_BAD_DATA, ArithmeticError, MemoryError, OSError)


class ImageError(OvmrIndexError):
    """An image that is missing or cannot be read; `reason` is the message without its name."""

    def __init__(self, source: ImageFile, reason: str) -> None:
        super().__init__(f"{_name(source)}: {reason}; {_remedy(source)}")
        self.reason = reason


class ImageInfo(NamedTuple):
    """What an image is: Pillow's names of format and mode, sizes (width, height) in pixels.

    `stored` is the size of the pixels in the file, `shown` is the size after EXIF rotation.
    """

    kind: str
    mode: str
    stored: tuple[int, int]
    shown: tuple[int, int]


def shown_size(source: ImageFile) -> tuple[int, int]:
    """Return width and height in pixels as shown, after EXIF rotation, from the header alone.

    The image may be of any size, as nothing is decoded.

    Raises:
        ImageError: The image is missing or unreadable.
    """
    with opened(source) as image:
        return size_as_shown(image)


def inspect(source: ImageFile, *, decode: bool) -> ImageInfo:
    """Return what the header says; with `decode` read the whole image, to find one cut short.

    Raises:
        ImageError: The image is missing or unreadable, or too large to be decoded.
    """
    with opened(source) as image:
        found = ImageInfo(image.format or "", image.mode, image.size, size_as_shown(image))
        if decode:
            load_whole(source, image)
        return found


@contextmanager
def any_size() -> Iterator[None]:
    """Let Pillow open images of any size, without a warning."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@contextmanager
def opened(source: ImageFile) -> Iterator[Image.Image]:
    """Open an image of any size; what Pillow raises in the block becomes an ImageError."""
    try:
        formats = formats_to_try(_name(source))
        with any_size(), Image.open(as_file(source), formats=formats) as image:
            yield image
    except _UNREADABLE as error:
        raise ImageError(source, reason_of(error)) from None


def as_file(source: ImageFile) -> str | Path | BinaryIO:
    """Return what Pillow can open; raises OSError for what is no file, or cannot be read."""
    if isinstance(source, Member):
        return io.BytesIO(member_content(source))
    if isinstance(source, str | Path):
        status = require_readable(str(source))
        if is_remote(str(source)):
            return remote_file(str(source), status.st_size)
    return source


def _name(source: ImageFile) -> str:
    if isinstance(source, Member):
        return f"{source.path}: {source.name}"
    if isinstance(source, str | Path):
        return without_mark(str(source))
    return str(getattr(source, "name", "image"))


def _remedy(source: ImageFile) -> str:
    """Return what to do about an image: get its folder, where that is not there."""
    if isinstance(source, str | Path) and not is_remote(str(source)):
        folder = Path(_name(source)).parent
        if not folder.is_dir():
            return f"there is no folder {folder}: put its images there, or make a link"
    return "check the file"


def size_as_shown(image: Image.Image) -> tuple[int, int]:
    """Return width and height of an open image after EXIF rotation."""
    width, height = image.size
    return (height, width) if orientation(image) in (5, 6, 7, 8) else (width, height)


def reason_of(error: BaseException) -> str:
    """Return why an image cannot be read."""
    if isinstance(error, UnidentifiedImageError):
        return "not an image"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unreadable: {str(error) or type(error).__name__}"


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation (1 to 8), 1 where there is none that can be read."""
    if image.info.keys().isdisjoint(_ORIENTATION_KEYS):
        return 1
    try:
        # The getexif of PngImageFile decodes the image.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
    except _UNREADABLE:
        return 1
    return value if isinstance(value, int) else 1


def require_decodable(source: ImageFile, image: Image.Image) -> None:
    """Raise ImageError for an image that is too large to be decoded."""
    if image.width * image.height > _MOST_PIXELS:
        raise ImageError(source, f"{image.width} x {image.height} pixels are too many")


def load_whole(source: ImageFile, image: Image.Image) -> None:
    """Decode all of an open image; raises ImageError for one too large, or cut short."""
    require_decodable(source, image)
    if reason := why_cut_short(image):
        raise ImageError(source, reason)
    image.load()
