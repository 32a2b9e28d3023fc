"""The hashes of one image: of its bytes, and of what it looks like.

The perceptual hash is the difference hash of Neal Krawetz, "Kind of Like That" (2013): Pillow makes
the image grey and 9 x 8 pixels large, and each of 64 bits says whether a pixel is darker than the
next of its row.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple

from ovmr_index.errors import os_reason
from ovmr_index.images.header import ImageError
from ovmr_index.images.pixels import grey_pixels
from ovmr_index.storage.file_states import State, file_state
from ovmr_index.storage.members import ImageSource, file_content, of_each

_SIDE = 8  # bits


class HashTask(NamedTuple):
    """An image to hash: `key` is what the caller calls it, `file_name` is for messages.

    With `perceptual` what it looks like is hashed too.
    """

    key: int
    dataset: str
    file_name: str
    source: ImageSource
    perceptual: bool


class Hashed(NamedTuple):
    """The hashes that were computed for a task; `reason` says why one is missing.

    `sha256` is in hexadecimal digits, `perceptual` a signed integer of 64 bits. `state` is that of
    the file, as `file_state` has it.
    """

    task: HashTask
    sha256: str | None = None
    perceptual: int | None = None
    reason: str | None = None
    state: tuple[int, int] | None = None


def hash_all(tasks: Sequence[HashTask]) -> list[Hashed]:
    """Compute the hashes of some images; an image that cannot be read gives a reason."""
    files = of_each(_state_and_content, [task.source for task in tasks])
    return [_hashed(task, *file) for task, file in zip(tasks, files, strict=True)]


def _state_and_content(source: ImageSource) -> tuple[State | None, bytes | str]:
    """Return the state of an image's file and its bytes, or why these cannot be read."""
    try:
        return file_state(source), file_content(source)
    except OSError as error:
        return None, os_reason(error)


def _hashed(task: HashTask, state: State | None, content: bytes | str) -> Hashed:
    if isinstance(content, str):
        return Hashed(task, reason=content)
    if not content:  # every empty file is the same as any other, and none is an image
        return Hashed(task, reason="the file is empty")
    hashed = Hashed(task, hashlib.sha256(content).hexdigest(), state=state)
    if not task.perceptual:
        return hashed
    try:
        pixels = grey_pixels(io.BytesIO(content), (_SIDE + 1, _SIDE))
    except ImageError as error:
        return hashed._replace(reason=error.reason)
    return hashed._replace(perceptual=difference_hash(pixels))


def difference_hash(pixels: bytes) -> int:
    """Return the hash of 9 x 8 grey pixels, given row by row, as a signed integer of 64 bits."""
    bits = 0
    for row in range(0, len(pixels), _SIDE + 1):
        for left in range(row, row + _SIDE):
            bits = bits << 1 | (pixels[left] < pixels[left + 1])
    return bits - (bits >> 63 << 64)
