"""Pictures: sizes from their headers, crops of them as files.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

import io
import math
import struct
import warnings
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import ExifTags, Image, UnidentifiedImageError

from ovmr_index.errors import OvmrIndexError
from ovmr_index.jpeg_header import usual_size
from ovmr_index.processes import in_processes
from ovmr_index.records import Number, TarSlice
from ovmr_index.slices import read_slice

Source = str | Path | TarSlice | BinaryIO
Box = tuple[Number, Number, Number, Number]
PixelBox = tuple[int, int, int, int]
Sized = tuple[int, int, int] | tuple[int, str]

# No more than these: Pillow also knows formats that it hands to other programs.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "PPM", "TIFF", "WEBP")
_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
_MOST_PIXELS = 89_478_485  # where Pillow's warning of a decompression bomb begins
_FLOORED = ("lvis", "coco")
_SCALE = 1.4
_ORIENTATION_KEYS = {"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"}
_PART = 4_096  # pictures whose sizes a process reads at once
_HEAD = 4_096  # bytes
_DRAFT = 128  # pixels, the least that a picture is decoded to before it becomes much smaller
_BAD_DATA = (EOFError, LookupError, SyntaxError, TypeError, ValueError, struct.error, zlib.error)
_UNREADABLE = (*_BAD_DATA, ArithmeticError, MemoryError, OSError)


class PictureError(OvmrIndexError):
    """A picture that is missing or cannot be read; `reason` is the message without its name."""

    def __init__(self, source: Source, reason: str) -> None:
        super().__init__(f"{_name(source)}: {reason}; check the file")
        self.reason = reason


class CropTask(NamedTuple):
    """A crop to render: `box` is xywh in pixels in a source's format, None for the whole picture.

    The first of `targets` is rendered, the others are the same file.
    """

    source: str | TarSlice
    format: str
    box: Box | None
    targets: tuple[Path, ...]


class Look(NamedTuple):
    """What a picture is: Pillow's names of format and mode, sizes in pixels as stored and shown."""

    kind: str
    mode: str
    stored: tuple[int, int]
    shown: tuple[int, int]


def shown_size(source: Source) -> tuple[int, int]:
    """Return width and height in pixels as shown, after EXIF rotation, from the header alone.

    However large the picture is, as nothing is decoded. Raises PictureError.
    """
    with _opened(source) as image:
        return _as_shown(image)


def stored_size(source: Source) -> tuple[int, int]:
    """Return width and height in pixels as stored, from the header alone; raises PictureError."""
    with _opened(source) as image:
        return image.size


def look(source: Source, *, decode: bool) -> Look:
    """Return what the header says; with `decode` read the whole picture, to find one cut short.

    Raises PictureError, also for a picture to decode that no crop could be made of.
    """
    with _opened(source) as image:
        found = Look(image.format or "", image.mode, image.size, _as_shown(image))
        if decode:
            _require_decodable(source, image)
            image.load()
        return found


def grey_pixels(source: Source, size: tuple[int, int]) -> bytes:
    """Return a whole picture in grey at `size` (width, height): a byte a pixel, row by row.

    As stored, without any rotation. Raises PictureError as for a crop.
    """
    with _opened(source) as image:
        _require_decodable(source, image)
        # A large JPEG is decoded smaller, in a third of the time.
        image.draft("L", (_DRAFT, _DRAFT))
        fitted = _fitted(image, "JPEG").convert("L")
        return fitted.resize(size, Image.Resampling.LANCZOS).tobytes()


def sizes(
    pictures: Iterable[tuple[int, str | TarSlice]], workers: int | None = None
) -> Generator[Sized, None, None]:
    """Yield (id, width, height) as shown for each (id, source), in order, or (id, reason)."""
    for found in in_processes(_sizes_of, _parts(pictures), workers=workers, chunk=1):
        yield from found


def crop_box(source_format: str, box: Box, size: tuple[int, int]) -> PixelBox | None:
    """Return what is cut out around an xywh box, as left, top, right, bottom in whole pixels.

    A square of 1.4 times the larger side, centred on the box, cut at the edges of a picture of
    `size`, then truncated: the published recipe, which first rounds boxes of LVIS and COCO out to
    whole pixels. None where nothing is left.
    """
    x, y, w, h = box
    if source_format in _FLOORED:
        x, y, w, h = math.floor(x), math.floor(y), math.floor(w) + 1, math.floor(h) + 1
    middle_x, middle_y, half = x + w / 2, y + h / 2, _SCALE * max(w, h) / 2
    left, top = int(max(0, middle_x - half)), int(max(0, middle_y - half))
    right, bottom = int(min(size[0], middle_x + half)), int(min(size[1], middle_y + half))
    return (left, top, right, bottom) if left < right and top < bottom else None


def write_crop(source: Source, box: PixelBox | None, target: Path, *others: Path) -> None:
    """Write a part of a picture (left, top, right, bottom), or all of it, without any rotation.

    A whole JPEG or PNG in common colours and without EXIF rotation keeps its bytes where the
    target is of its format. Anything else is encoded anew, without EXIF, comment and colour
    profile: PNG where the target's suffix is `.png`, with transparency, 16 bits and palette; JPEG
    of quality 95 in RGB or grey otherwise. `others` become hard links to `target`, or copies.
    Files appear whole, or not at all. Raises PictureError for a source that is missing, cut
    short or of more than 89 million pixels, OvmrIndexError for a target that cannot be written.
    """
    content = _rendered(source, box, "PNG" if target.suffix.lower() == ".png" else "JPEG")
    try:
        _write_whole(target, content)
        for other in others:
            _link(target, other, content)
    except OSError as error:
        problem = error.strerror or str(error)
        raise OvmrIndexError(f"{target}: {problem}; check the folder and its space") from None


def render(task: CropTask) -> str | None:
    """Write one crop; return why its picture gives none, or None where it is written.

    Raises OvmrIndexError for a target that cannot be written.
    """
    box = None
    try:
        source = _in_memory(task.source)
        if task.box is not None:
            box = crop_box(task.format, task.box, stored_size(source))
            if box is None:
                return "the box leaves nothing of the picture"
        write_crop(source, box, *task.targets)
    except PictureError as error:
        return error.reason
    return None


@contextmanager
def _any_size() -> Iterator[None]:
    """Let Pillow open pictures of any size, and without a warning."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@contextmanager
def _opened(source: Source) -> Iterator[Image.Image]:
    """Open a picture of any size; whatever Pillow raises in the block becomes a PictureError."""
    try:
        with _any_size(), Image.open(_file(source), formats=_FORMATS) as image:
            yield image
    except _UNREADABLE as error:
        raise PictureError(source, _reason(error)) from None


def _file(source: Source) -> str | Path | BinaryIO:
    """Return what Pillow can open; raises OSError for a tar that cannot be read."""
    return io.BytesIO(read_slice(source)) if isinstance(source, TarSlice) else source


def _in_memory(source: Source) -> Source:
    """Read a picture in a tar once for all; raises PictureError."""
    try:
        return _file(source)
    except OSError as error:
        raise PictureError(source, _reason(error)) from None


def _name(source: Source) -> str:
    if isinstance(source, TarSlice):
        return f"{source.path}: {source.name}"
    return str(source) if isinstance(source, str | Path) else getattr(source, "name", "picture")


def _as_shown(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) in (5, 6, 7, 8) else (width, height)


def _reason(error: BaseException) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "not a picture"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unreadable: {str(error) or type(error).__name__}"


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 where there is none that can be read."""
    if image.info.keys().isdisjoint(_ORIENTATION_KEYS):
        return 1
    try:
        # PngImageFile has a getexif of its own, which decodes the picture.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
    except _UNREADABLE:
        return 1
    return value if isinstance(value, int) else 1


def _parts(
    pictures: Iterable[tuple[int, str | TarSlice]],
) -> Iterator[list[tuple[int, str | TarSlice]]]:
    following = iter(pictures)
    while part := list(islice(following, _PART)):
        yield part


def _sizes_of(pictures: list[tuple[int, str | TarSlice]]) -> list[Sized]:
    with _any_size():
        return [_size_or_reason(key, source) for key, source in pictures]


def _size_or_reason(key: int, source: str | TarSlice) -> Sized:
    try:
        return key, *(usual_size(_head(source)) or shown_size(source))
    except OSError as error:
        return key, _reason(error)
    except PictureError as error:
        return key, error.reason


def _head(source: str | TarSlice) -> bytes:
    """Return a picture's first bytes; all of it where a second look would be dear."""
    if isinstance(source, TarSlice):
        return read_slice(source, _HEAD if source.gzip_start is None else None)
    with io.FileIO(source) as file:
        return file.read(_HEAD)


def _rendered(source: Source, box: PixelBox | None, kind: str) -> bytes:
    with _opened(source) as image:
        _require_decodable(source, image)
        image.load()
        upright = _orientation(image) not in range(2, 9)
        if box is None and upright and image.format == kind and image.mode in _MODES[kind]:
            return _content(source)
        fitted = _fitted(image if box is None else image.crop(box), kind)
        fitted.info = {key: fitted.info[key] for key in ("transparency",) if key in fitted.info}
        output = io.BytesIO()
        fitted.save(output, kind, quality=95)
        return output.getvalue()


def _require_decodable(source: Source, image: Image.Image) -> None:
    if image.width * image.height > _MOST_PIXELS:
        raise PictureError(source, f"{image.width} x {image.height} pixels are too many")


def _content(source: Source) -> bytes:
    if isinstance(source, str | Path):
        return Path(source).read_bytes()
    if isinstance(source, TarSlice):
        return read_slice(source)
    source.seek(0)
    return source.read()


def _fitted(image: Image.Image, kind: str) -> Image.Image:
    """Return the picture in colours that the format can keep."""
    if image.mode in _MODES[kind]:
        return image
    if image.mode.startswith("I"):  # 16 bits: a plain conversion would cut off above 255
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image.convert("RGB")


def _write_whole(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Always the same name: what a kill leaves is written over when the crop is made again.
    partial = target.with_name(f".{target.name}.partial")
    partial.write_bytes(content)
    partial.replace(target)


def _link(target: Path, other: Path, content: bytes) -> None:
    other.parent.mkdir(parents=True, exist_ok=True)
    other.unlink(missing_ok=True)
    try:
        other.hardlink_to(target)
    except OSError:  # not every file system has hard links
        _write_whole(other, content)
