"""Crops of images, by the published recipe, and the files that they become.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

import io
import math
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from PIL import Image

from ovmr_index.formats.records import Box
from ovmr_index.images import begun
from ovmr_index.images.crop_shape import PUBLISHED, PUBLISHED_CONTEXT, CropShape
from ovmr_index.images.fit import Fit, Size, fit_boxes, scaled
from ovmr_index.images.header import (
    ImageError,
    ImageFile,
    load_whole,
    opened,
    orientation,
    size_as_shown,
)
from ovmr_index.images.pixels import MODES, turned_upright
from ovmr_index.images.shaped import PixelBox, shaped, square_around
from ovmr_index.storage.atomic import SmallFile, write_files
from ovmr_index.storage.members import ImageSource, Member, member_content

_AS_STORED = Fit()


class CropTask(NamedTuple):
    """A crop to render: `box` is xywh in pixels, None for the whole image.

    `floored` is whether its format rounds boxes outwards. The first of `targets` is rendered, the
    others are the same file. `annotated` is the width and height of the image that the annotation
    file says, None where it says nothing. `shape` is how much is shown, and in what form.
    """

    source: ImageSource
    floored: bool
    box: Box | None
    targets: tuple[Path, ...]
    annotated: Size | None = None
    shape: CropShape = PUBLISHED


class Rendered(NamedTuple):
    """How a crop came out: why there is none, or what is odd about the one that was written.

    `image_size` is width and height of the whole image as stored, where it was read.
    """

    problem: str | None = None
    note: str | None = None
    image_size: Size | None = None


Encoded = tuple[bytes | None, Rendered]  # the content of a file


class UnfitError(Exception):
    """A box that gives no crop; its message says why."""


def crop_box(
    box: Box, size: tuple[int, int], *, floored: bool, context: float = PUBLISHED_CONTEXT
) -> PixelBox | None:
    """Return what is cut out around an xywh box, as left, top, right, bottom in whole pixels.

    A square whose side is the larger one of the box and `context` of it more, centred on the box,
    cut at the edges of an image of `size` (width, height), then truncated: the published recipe. A
    `floored` box is first rounded outwards to whole pixels. None where nothing is left, or nothing
    of the box itself: the square of a box beside the image may still reach into it.
    """
    found = _box_inside(box, size, floored=floored)
    if found is None:
        return None
    x, y, w, h = found
    middle_x, middle_y, half = x + w / 2, y + h / 2, (1 + context) * max(w, h) / 2
    left, top = int(max(0, middle_x - half)), int(max(0, middle_y - half))
    right, bottom = int(min(size[0], middle_x + half)), int(min(size[1], middle_y + half))
    return (left, top, right, bottom) if left < right and top < bottom else None


def square_box(
    box: Box, size: tuple[int, int], *, floored: bool, context: float
) -> PixelBox | None:
    """Return a square around an xywh box, as `crop_box` does, but moved and not cut at the edges.

    It leaves an image that is smaller than it is.
    """
    found = _box_inside(box, size, floored=floored)
    if found is None:
        return None
    return square_around(found, (1 + context) * max(found[2], found[3]), size)


def _box_inside(box: Box, size: tuple[int, int], *, floored: bool) -> Box | None:
    """Return a box, `floored` if it is to be; None where nothing of it is on the image."""
    x, y, w, h = box
    if _is_beside(x, w, size[0]) or _is_beside(y, h, size[1]):
        return None
    if floored:
        x, y, w, h = math.floor(x), math.floor(y), math.floor(w) + 1, math.floor(h) + 1
    return (x, y, w, h) if w > 0 and h > 0 else None


def _is_beside(start: float, length: float, size: int) -> bool:
    """Return whether a side of a box is before or behind an image; one of length 0 may be at 0."""
    end = start + length
    return start >= size or end < 0 or end == 0 < length


def kind_of(target: str) -> str:
    """Return the format of a crop by the path of its file: PNG or JPEG."""
    return "PNG" if PurePath(target).suffix.lower() == ".png" else "JPEG"


def render_all(tasks: Sequence[CropTask]) -> list[Rendered]:
    """Write some crops, which are on the disk before the first has its name.

    Each is given the time of its image's file: `is_made_of` tells by it whether that has changed.

    Raises:
        OvmrIndexError: No crop can be written, as on a full disk.
    """
    results, files, indices = list[Rendered](), list[SmallFile](), list[int]()
    begun_files = begun.times_and_files([task.source for task in tasks])
    for i, (task, (mtime_ns, file)) in enumerate(zip(tasks, begun_files, strict=True)):
        content, result = _render(task, file)
        results.append(result)
        if content is not None:
            files.append(SmallFile(content, task.targets, mtime_ns))
            indices.append(i)
    for i, reason in zip(indices, write_files(files), strict=True):
        if reason is not None:
            results[i] = Rendered(problem=reason)
    return results


def encode_all(tasks: Sequence[CropTask]) -> list[Encoded]:
    """Return the content of some crops as files, without writing them, and how each came out.

    The first of its `targets` gives the format of a crop.
    """
    found = begun.files([task.source for task in tasks])
    return [_render(task, file) for task, file in zip(tasks, found, strict=True)]


def whole_all(tasks: Sequence[CropTask]) -> list[Encoded]:
    """Return the files of the images of some crops as they are, those alone that can be decoded."""
    return [*map(_whole, begun.files([task.source for task in tasks]))]


def _whole(file: ImageFile | ImageError) -> Encoded:
    if isinstance(file, ImageError):
        return None, Rendered(problem=file.reason)
    try:
        with opened(file) as image:
            load_whole(file, image)
            return _content(file), Rendered(image_size=image.size)
    except ImageError as error:
        return None, Rendered(problem=error.reason)


def crop_content(task: CropTask) -> bytes:
    """Return a crop as the file that `render_all` writes.

    Raises:
        ImageError: The image is missing or unreadable, or the box leaves nothing of it.
    """
    content, result = _render(task, begun.file_or_error(task.source))
    if content is None:
        raise ImageError(task.source, result.problem or "")
    return content


def _render(task: CropTask, source: ImageFile | ImageError) -> Encoded:
    """Return the content of a crop and what is odd about it, or why there is none."""
    kind, shape = kind_of(task.targets[0].name), task.shape
    if isinstance(source, ImageError):
        return None, Rendered(problem=source.reason)
    try:
        with opened(source) as image:
            if task.box is None:
                content = encoded_crop(source, image, None, kind, shape=shape)
                return content, Rendered(image_size=image.size)
            fit = fit_of(task.annotated, image)
            box = place_of(task, task.box, fit, image.size)
            content = encoded_crop(source, image, box, kind, turned=fit.turned, shape=shape)
            return content, _note(task, fit, image)
    except ImageError as error:
        return None, Rendered(problem=error.reason)
    except UnfitError as error:
        return None, Rendered(problem=str(error))


def fit_of(annotated: Size | None, image: Image.Image) -> Fit:
    """Return how boxes are put on an image; raises UnfitError where they were made for another."""
    if annotated is None or annotated == image.size:
        return _AS_STORED
    fit = fit_boxes(annotated, image.size, size_as_shown(image))
    if fit is None:
        raise UnfitError(
            f"is {_text(image.size)} pixels, the annotation file says {_text(annotated)}"
        )
    return fit


def place_of(task: CropTask, box: Box, fit: Fit, stored: Size) -> PixelBox:
    """Return what is cut out around a box, in pixels of the image as its boxes are meant."""
    around = square_box if task.shape.square else crop_box
    size = stored[::-1] if fit.turned else stored
    found = around(scaled(box, fit), size, floored=task.floored, context=task.shape.context)
    if found is None:
        raise UnfitError("the box leaves nothing of the image")
    return found


def _note(task: CropTask, fit: Fit, image: Image.Image) -> Rendered:
    if fit.scale is None or task.annotated is None:
        return Rendered(image_size=image.size)
    said = f"the annotation file says {_text(task.annotated)}; the box was scaled"
    note = f"is {_text(image.size)} pixels, {said}"
    return Rendered(note=note, image_size=image.size)


def _text(size: Size) -> str:
    return f"{size[0]} x {size[1]}"


def encoded_crop(
    source: ImageFile,
    image: Image.Image,
    box: PixelBox | None,
    kind: str,
    *,
    turned: bool = False,
    shape: CropShape = PUBLISHED,
) -> bytes:
    """Return a crop of an image as a file.

    A whole JPEG or PNG in common colours and without EXIF rotation keeps its bytes. Anything else
    is encoded again, without EXIF, comment and colour profile: PNG with transparency, 16 bits and
    palette; JPEG of quality 95 in RGB or grey.

    Args:
        source: Where the image is read from.
        image: The image, opened.
        box: What is cut out (left, top, right, bottom in pixels), or None for all of it.
        kind: JPEG or PNG.
        turned: Whether the image is turned by EXIF first, as the box is meant.
        shape: What form the crop has.

    Raises:
        ImageError: The image is cut short.
    """
    load_whole(source, image)
    upright = orientation(image) not in range(2, 9)
    is_as_it_is = upright and image.format == kind and image.mode in MODES[kind]
    if box is None and is_as_it_is and shape.keeps_pixels:
        return _content(source)
    shown = turned_upright(image) if turned else image
    fitted = shaped(shown, box, shape, kind)
    fitted.info = {key: fitted.info[key] for key in ("transparency",) if key in fitted.info}
    output = io.BytesIO()
    fitted.save(output, kind, quality=95)
    return output.getvalue()


def _content(source: ImageFile) -> bytes:
    if isinstance(source, str | Path):
        return Path(source).read_bytes()
    if isinstance(source, Member):
        return member_content(source)
    source.seek(0)
    return source.read()
