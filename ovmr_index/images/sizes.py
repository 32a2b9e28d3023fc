"""Sizes of many images, read from their headers in several processes."""

import io
from collections.abc import Generator, Iterable

from ovmr_index.images.header import ImageError, _any_size, reason_of, shown_size
from ovmr_index.images.jpeg_header import usual_size
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.tar_members import TarMember, read_member

Sized = tuple[int, int, int] | tuple[int, str]


_PART = 4_096  # pictures whose sizes a process reads at once


_HEAD = 4_096  # bytes


def sizes(
    pictures: Iterable[tuple[int, str | TarMember]], workers: int | None = None
) -> Generator[Sized, None, None]:
    """Yield (id, width, height) as shown for each (id, source), in order, or (id, reason)."""
    for found in in_processes(_sizes_of, batches(pictures, _PART), workers=workers, chunk=1):
        yield from found


def _sizes_of(pictures: list[tuple[int, str | TarMember]]) -> list[Sized]:
    with _any_size():
        return [_size_or_reason(key, source) for key, source in pictures]


def _size_or_reason(key: int, source: str | TarMember) -> Sized:
    try:
        return key, *(usual_size(_head(source)) or shown_size(source))
    except OSError as error:
        return key, reason_of(error)
    except ImageError as error:
        return key, error.reason


def _head(source: str | TarMember) -> bytes:
    """Return a picture's first bytes; all of it where a second look would be dear."""
    if isinstance(source, TarMember):
        return read_member(source, _HEAD if source.gzip_start is None else None)
    with io.FileIO(source) as file:
        return file.read(_HEAD)
