"""Crops of images, by the published recipe, and the files that they become.

Pillow's limits and warnings are settings of a process: use this from one thread at a time.
"""

import io
import math
from pathlib import Path
from typing import NamedTuple

from ovmr_index.formats.records import Box
from ovmr_index.images.header import (
    ImageError,
    ImageFile,
    as_file,
    opened,
    orientation,
    reason_of,
    require_decodable,
    stored_size,
)
from ovmr_index.images.pixels import MODES, in_kept_colours
from ovmr_index.storage.atomic import write_whole
from ovmr_index.storage.tar_members import TarMember, read_member

PixelBox = tuple[int, int, int, int]

_SCALE = 1.4


class CropTask(NamedTuple):
    """A crop to render: `box` is xywh in pixels, None for the whole image.

    `floored` is whether its format rounds boxes outwards. The first of `targets` is rendered, the
    others are the same file.
    """

    source: str | TarMember
    floored: bool
    box: Box | None
    targets: tuple[Path, ...]


def crop_box(box: Box, size: tuple[int, int], *, floored: bool) -> PixelBox | None:
    """Return what is cut out around an xywh box, as left, top, right, bottom in whole pixels.

    A square of 1.4 times the larger side, centred on the box, cut at the edges of an image of
    `size` (width, height), then truncated: the published recipe. A `floored` box is first rounded
    outwards to whole pixels. None where nothing is left.
    """
    x, y, w, h = box
    if floored:
        x, y, w, h = math.floor(x), math.floor(y), math.floor(w) + 1, math.floor(h) + 1
    middle_x, middle_y, half = x + w / 2, y + h / 2, _SCALE * max(w, h) / 2
    left, top = int(max(0, middle_x - half)), int(max(0, middle_y - half))
    right, bottom = int(min(size[0], middle_x + half)), int(min(size[1], middle_y + half))
    return (left, top, right, bottom) if left < right and top < bottom else None


def write_crop(source: ImageFile, box: PixelBox | None, target: Path, *others: Path) -> None:
    """Write a part of an image (left, top, right, bottom), or all of it, without any rotation.

    A whole JPEG or PNG in common colours and without EXIF rotation keeps its bytes where the
    target is of its format. Anything else is encoded again, without EXIF, comment and colour
    profile: PNG where the target's suffix is `.png`, with transparency, 16 bits and palette; JPEG
    of quality 95 in RGB or grey otherwise. `others` become hard links to `target`, or copies.
    Files appear whole, or not at all.

    Raises:
        ImageError: The source is missing, cut short or larger than 89 million pixels.
        OvmrIndexError: A target cannot be written.
    """
    content = _rendered(source, box, "PNG" if target.suffix.lower() == ".png" else "JPEG")
    write_whole(content, target, *others)


def render(task: CropTask) -> str | None:
    """Write one crop; return why its image gives none, or None where it is written.

    Raises:
        OvmrIndexError: A target cannot be written.
    """
    box = None
    try:
        source = _in_memory(task.source)
        if task.box is not None:
            box = crop_box(task.box, stored_size(source), floored=task.floored)
            if box is None:
                return "the box leaves nothing of the image"
        write_crop(source, box, *task.targets)
    except ImageError as error:
        return error.reason
    return None


def _in_memory(source: ImageFile) -> ImageFile:
    """Read an image in a tar once, as it is opened twice; raises ImageError."""
    try:
        return as_file(source)
    except OSError as error:
        raise ImageError(source, reason_of(error)) from None


def _rendered(source: ImageFile, box: PixelBox | None, kind: str) -> bytes:
    with opened(source) as image:
        require_decodable(source, image)
        image.load()
        upright = orientation(image) not in range(2, 9)
        if box is None and upright and image.format == kind and image.mode in MODES[kind]:
            return _content(source)
        fitted = in_kept_colours(image if box is None else image.crop(box), kind)
        fitted.info = {key: fitted.info[key] for key in ("transparency",) if key in fitted.info}
        output = io.BytesIO()
        fitted.save(output, kind, quality=95)
        return output.getvalue()


def _content(source: ImageFile) -> bytes:
    if isinstance(source, str | Path):
        return Path(source).read_bytes()
    if isinstance(source, TarMember):
        return read_member(source)
    source.seek(0)
    return source.read()
