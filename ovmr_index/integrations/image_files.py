"""The files of images and their sizes, for packages that read files alone."""

from pathlib import Path

from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.forms.annotated_images import AnnotatedImage
from ovmr_index.images.fit import Size
from ovmr_index.images.header import shown_size
from ovmr_index.storage.links import without_mark
from ovmr_index.storage.members import Member


def image_file(image: AnnotatedImage, package: str) -> str:
    """Return the absolute path of an image's file.

    Raises:
        OvmrIndexError: The image is in a tar, which the package does not read.
    """
    if isinstance(image.location, Member):
        raise OvmrIndexError(
            f"{image.location.path}: {image.file_name}: is in a tar, where {package} does not read"
            " it; unpack the tar beside it and ingest the images again"
        )
    return str(Path(without_mark(image.location)).absolute())


def image_size(image: AnnotatedImage) -> Size:
    """Return width and height of an image in pixels: as annotated, else as its header says.

    Raises:
        ImageError: The image has to be looked at, and is missing or unreadable.
    """
    if image.width and image.height:
        return image.width, image.height
    return shown_size(image.location)
