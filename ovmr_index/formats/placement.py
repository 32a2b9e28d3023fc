"""What ingest tells a reader beside the path of its files: where the images are, and their sizes.

A reader imports nothing of images: what reads their headers is given to it.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from ovmr_index.formats.base import AnnotationReader
from ovmr_index.storage.links import image_path

Size = tuple[int, int]


class HeaderSizes(NamedTuple):
    """Width and height of an image in pixels, as stored and as shown, which is after EXIF."""

    stored: Size
    shown: Size


SizeReader = Callable[[Iterable[str]], Iterator[HeaderSizes | str]]


class Placement(NamedTuple):
    """Which split of a source is read, and where its images are.

    `images` is their root; with `follow_links` they may be links that lead out of it. `read_sizes`
    yields for each path of an image its sizes, or why these cannot be read. It is sent to other
    processes.
    """

    images: Path
    split: str | None
    read_sizes: SizeReader
    follow_links: bool = False

    def path_of(self, name: str) -> str:
        """Return the path at which the image `name` below the root is read."""
        return image_path(str(self.images), name, follow_links=self.follow_links)


@runtime_checkable
class PlacedReader(AnnotationReader, Protocol):
    """An annotation source that reads one split of several, or the sizes of images."""

    def place(self, placement: Placement) -> None:
        """Take what to read and where the images are, before anything is read."""
        ...


def placed(reader: AnnotationReader, placement: Placement | None) -> AnnotationReader:
    """Return a reader that knows its placement, where it asks for one."""
    if placement is not None and isinstance(reader, PlacedReader):
        reader.place(placement)
    return reader
