"""The sizes of images: as their source says, else as their headers do."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from sqlalchemy import Connection

from ovmr_index.errors import Issue
from ovmr_index.export.forms.annotated_images import AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.export.forms.located_images import located_images
from ovmr_index.images.fit import Size


def sized_images(
    connection: Connection, selection: BoxSelection, problems: list[Issue], *, records: bool = True
) -> Iterator[AnnotatedImage]:
    """Yield images as `annotated_images` does, with width and height in pixels.

    A size that a header says is that of the image as shown. An image that cannot be measured is
    left out, and becomes one of `problems`.
    """
    with closing(sizes_of_headers(connection, selection)) as sizes:
        for image in annotated_images(connection, selection, records=records):
            if image.width is not None and image.height is not None:
                yield image
                continue
            size = next(sizes)
            if isinstance(size, str):
                problems.append(Issue(selection.dataset, image.file_name, reason=size))
            else:
                yield replace(image, width=size[0], height=size[1])


def sizes_of_headers(
    connection: Connection, selection: BoxSelection
) -> Generator[Size | str, None, None]:
    """Yield width and height (pixels, as shown) of each image that has none in the index, in order.

    Or why it cannot be read.
    """
    from ovmr_index.images.sizes import ImageSize, sizes  # which imports Pillow

    found = located_images(connection, selection, only_unsized=True)
    for one in sizes((row.pk, location) for row, location in found):
        yield (one.width, one.height) if isinstance(one, ImageSize) else one.reason
