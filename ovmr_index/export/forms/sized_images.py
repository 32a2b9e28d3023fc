"""Images with their sizes: as their source says, else as their headers do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ovmr_index.errors import Issue
from ovmr_index.export.forms.annotated_images import AnnotatedImage
from ovmr_index.images.sizes import ImageSize, sizes
from ovmr_index.processes import batches

_BATCH = 1_024  # images that are in memory at once


def sized_images(
    images: Iterable[AnnotatedImage], dataset: str, problems: list[Issue]
) -> Iterator[AnnotatedImage]:
    """Yield images with width and height in pixels, as shown where a header says it.

    An image that cannot be measured is left out, and becomes one of `problems`.
    """
    for batch in batches(images, _BATCH):
        unsized = ((i, one.location) for i, one in enumerate(batch) if not is_sized(one))
        found = {size.key: size for size in sizes(unsized)}
        for i, image in enumerate(batch):
            size = found.get(i)
            if size is None:
                yield image
            elif isinstance(size, ImageSize):
                yield replace(image, width=size.width, height=size.height)
            else:
                problems.append(Issue(dataset, image.file_name, reason=size.reason))


def is_sized(image: AnnotatedImage) -> bool:
    """Return whether the source says how large an image is: no dimension is 0 or unknown."""
    return bool(image.width and image.height)
