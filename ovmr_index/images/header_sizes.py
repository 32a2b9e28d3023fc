"""Sizes of images for readers whose boxes are fractions of them, read in several processes."""

from collections.abc import Generator, Iterable

from ovmr_index.formats.placement import HeaderSizes
from ovmr_index.images.header import ImageError, any_size, inspect, reason_of
from ovmr_index.images.jpeg_header import usual_header
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.links import read_head
from ovmr_index.storage.members import of_each

_BATCH = 4_096  # images whose sizes a process reads at once
_HEAD = 4_096  # bytes


def header_sizes(paths: Iterable[str]) -> Generator[HeaderSizes | str, None, None]:
    """Yield the sizes of the image at each path, in order, or why they cannot be read.

    A path is one of `links.image_path`.
    """
    for batch in in_processes(_read_all, batches(paths, _BATCH), workers=None, chunk=1):
        yield from batch


def _read_all(paths: list[str]) -> list[HeaderSizes | str]:
    with any_size():
        return [*of_each(_read, paths)]


def _read(path: str) -> HeaderSizes | str:
    try:
        usual = usual_header(read_head(path, _HEAD)[1])
        if usual is None:
            found = inspect(path, decode=False)
            return HeaderSizes(found.stored, found.shown)
    except OSError as error:
        return reason_of(error)
    except ImageError as error:
        return error.reason
    width, height, turned = usual
    return HeaderSizes((width, height), (height, width) if turned else (width, height))
