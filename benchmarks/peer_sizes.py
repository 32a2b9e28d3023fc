"""The peer's sizes of pictures, as shown, from their headers: two processes, Pillow if need be."""

import multiprocessing
import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

PROCESSES = 2
_HEAD = 1_024  # bytes
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the markers of a size in a JPEG
_TURNED = (5, 6, 7, 8)
_ORIENTATION = int(ExifTags.Base.Orientation)

Size = tuple[int, int]


class _UnusualError(Exception):
    """A header that Pillow is to read."""


def read_sizes(folders: Sequence[tuple[Path, str]]) -> NDArray[np.int32]:
    """Return (width, height) of each file of the folders, whose names are joined by slashes.

    It is (0, 0) for a file without a header that can be read.
    """
    # DuckDB has started threads, and a process with threads is not safe to fork.
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        parts = pool.starmap(_of_folder, folders, chunksize=8)
    return np.frombuffer(b"".join(parts), np.int32).reshape(-1, 2)


def _of_folder(folder: Path, names: str) -> bytes:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sizes = [_size(folder, descriptor, name) for name in names.split("/")]
    finally:
        os.close(descriptor)
    return np.array(sizes, np.int32).tobytes()


def _size(folder: Path, descriptor: int, name: str) -> Size:
    file = os.open(name, os.O_RDONLY, dir_fd=descriptor)
    head = os.read(file, _HEAD)
    os.close(file)
    try:
        return _of_jpeg(head) if head[:2] == b"\xff\xd8" else _of_png(head)
    except (_UnusualError, IndexError, struct.error):
        return _by_pillow(folder / name)


def _of_jpeg(head: bytes) -> Size:
    at, turned = 2, False
    while head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return (height, width) if turned else (width, height)
        if marker == 0xE1:
            turned = _orientation(head, at + 4) in _TURNED
        at += 2 + (head[at + 2] << 8 | head[at + 3])
    raise _UnusualError


def _orientation(head: bytes, at: int) -> int:
    """Return the orientation in the EXIF segment at this place, 1 where there is none."""
    if head[at : at + 6] != b"Exif\0\0":
        raise _UnusualError
    tiff = at + 6
    order = {b"MM": ">", b"II": "<"}.get(head[tiff : tiff + 2])
    if order is None:
        raise _UnusualError
    first = tiff + struct.unpack_from(f"{order}I", head, tiff + 4)[0]
    for entry in range(struct.unpack_from(f"{order}H", head, first)[0]):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", head, first + 2 + 12 * entry)
        if tag == _ORIENTATION:
            return int(value)
    return 1


def _of_png(head: bytes) -> Size:
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        raise _UnusualError
    at = 8
    while (kind := head[at + 4 : at + 8]) != b"IDAT":
        if kind not in {b"IHDR", b"PLTE", b"pHYs", b"gAMA", b"sRGB", b"tRNS"}:
            raise _UnusualError
        at += 12 + int(struct.unpack_from(">I", head, at)[0])
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _by_pillow(path: Path) -> Size:
    try:
        with Image.open(path) as image:
            # The getexif of PngImageFile decodes the image.
            turned = Image.Image.getexif(image).get(_ORIENTATION) in _TURNED
            width, height = image.size
    except (OSError, SyntaxError, ValueError):
        return 0, 0
    return (height, width) if turned else (width, height)
