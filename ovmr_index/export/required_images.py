"""The images that samples and targets need, and where each of them is."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.required_image_queries import required_images
from ovmr_index.images.locations import Location, locate
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.members import ImageSource
from ovmr_index.storage.paths import stays_below

_LEAVES = "the name would leave its folder"


class RequiredImage(NamedTuple):
    """An image: `file_name` is below its dataset's root, `source` is where to read it."""

    dataset: str
    file_name: str
    source: ImageSource


class _Named(Protocol):
    """What names an image: a RequiredImage, or an exemplar."""

    @property
    def dataset(self) -> str: ...

    @property
    def file_name(self) -> str: ...


def has_safe_name(image: _Named) -> bool:
    """Return whether an image stays below the folders of its dataset, wherever these are."""
    return stays_below(image.file_name) and stays_below(image.dataset) and "/" not in image.dataset


def unsafe_name(image: _Named) -> str:
    """Return why an image without a safe name is not written."""
    if stays_below(image.file_name.replace("\\", "_")) and stays_below(image.dataset):
        return f"{_LEAVES} where a backslash is a slash; rename the file, and ingest it again"
    return f"{_LEAVES}; the index is damaged or was made by someone else"


def images_of_samples(samples: Iterable[Iterable[CategoryExemplars]]) -> list[RequiredImage]:
    """Return the images of samples, each once, by dataset and file name."""
    found = {
        (exemplar.dataset, exemplar.file_name): exemplar.location
        for sample in samples
        for category in sample
        for exemplar in category.exemplars
    }
    return [RequiredImage(*name, found[name]) for name in sorted(found)]


def stream_images(
    connection: Connection, root: Path, images: Sequence[Select[int]]
) -> Iterator[RequiredImage]:
    """Yield the images (pk) of several queries, by dataset and file name.

    `root` is that of the index. An image that two sources of a dataset name may come twice.
    """
    for dataset, folder, name, *location in stream_rows(connection, required_images(images)):
        source = locate(f"{root / folder}", name, Location(*location))
        yield RequiredImage(dataset, name, source)
