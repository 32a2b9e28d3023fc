"""Images opened for those who decode them: many at once where they are remote."""

from collections.abc import Iterator, Sequence

from ovmr_index.images.header import ImageError, ImageFile, as_file, reason_of
from ovmr_index.storage.file_states import source_time
from ovmr_index.storage.members import ImageSource, of_each
from ovmr_index.storage.reading import RemoteBytes, is_remote


def in_memory(source: ImageFile) -> ImageFile:
    """Read an image that is in a tar or remote once, as it may be read twice; raises ImageError."""
    try:
        if isinstance(source, str) and is_remote(source):
            return RemoteBytes(source)
        return as_file(source)
    except OSError as error:
        raise ImageError(source, reason_of(error)) from None


def file_or_error(source: ImageSource) -> ImageFile | ImageError:
    """Return what `in_memory` does, or the error that it raises."""
    try:
        return in_memory(source)
    except ImageError as error:
        return error


def files(sources: Sequence[ImageSource]) -> Iterator[ImageFile | ImageError]:
    """Yield what each image is read from, in order, or why it cannot be."""
    return of_each(file_or_error, sources)


def times_and_files(
    sources: Sequence[ImageSource],
) -> Iterator[tuple[int | None, ImageFile | ImageError]]:
    """Yield the time of each image's file before it is read, with what `files` does."""
    return of_each(lambda source: (source_time(source), file_or_error(source)), sources)
