"""Images whose annotation files say no size: it is read from their headers."""

from collections.abc import Iterable, Iterator
from itertools import tee

from ovmr_index.errors import Issue
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.placement import Placement, Size

_NO_BOXES = "its boxes cannot be made pixels"


def measured_images(
    placement: Placement, names: Iterable[str], problems: list[Issue], *, as_shown: bool
) -> Iterator[tuple[str, Size]]:
    """Yield each image that has a size with its width and height in pixels, in the order given.

    Args:
        placement: Where the images are.
        names: Their paths below the root of the images.
        problems: Takes the images that are not there or cannot be read.
        as_shown: Whether the size is the one after EXIF rotation.
    """
    left_out = LeftOut(placement.images, problems)
    asked, sent = tee(names)
    sizes = placement.read_sizes(map(placement.path_of, sent))
    known: dict[Size, Size] = {}  # a million images have some thousands of them
    for name, found in zip(asked, sizes, strict=True):
        if isinstance(found, str):
            left_out.add(name, f"{_NO_BOXES}: {found}")
        else:
            size = found.shown if as_shown else found.stored
            yield name, known.setdefault(size, size)
