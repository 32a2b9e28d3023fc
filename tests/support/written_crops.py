"""A crop of one image as a file, by the box in its pixels."""

from pathlib import Path

from ovmr_index.images.crop import encoded_crop, kind_of
from ovmr_index.images.header import ImageFile, opened
from ovmr_index.images.shaped import PixelBox
from ovmr_index.storage.atomic import write_whole


def write_crop(source: ImageFile, box: PixelBox | None, target: Path, *others: Path) -> None:
    """Write a part of an image (left, top, right, bottom), or all of it, without any rotation."""
    with opened(source) as image:
        content = encoded_crop(source, image, box, kind_of(target.name))
    write_whole(content, target, *others)
