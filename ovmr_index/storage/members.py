"""Where the bytes of an image are: a file of its own, or a member of a tar, zip or Parquet file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from ovmr_index.storage.links import require_readable
from ovmr_index.storage.parquet_rows import ParquetRow, read_row
from ovmr_index.storage.reading import is_remote, many, read_whole, status_of
from ovmr_index.storage.tar_members import TarMember, read_member

Member = TarMember | ParquetRow
ImageSource = str | Member  # the path of a file, or a member of another

Key = TypeVar("Key")
R = TypeVar("R")
Source = TypeVar("Source", bound=ImageSource)


def member_content(member: Member, most: int | None = None) -> bytes:
    """Return the bytes of an image in another file, or its first `most`.

    Raises OSError as `read_member` and `read_row`.
    """
    if isinstance(member, ParquetRow):
        return read_row(member)[:most]
    return read_member(member, most)


def file_content(source: ImageSource) -> bytes:
    """Return the bytes of an image's file, in another or not; raises OSError."""
    if not isinstance(source, str):
        return member_content(source)
    if is_remote(source):
        return read_whole(source)
    require_readable(source)
    return Path(source).read_bytes()


def file_size(source: ImageSource) -> int:
    """Return the size of an image's file in bytes; raises OSError where there is no file.

    The size of an image in another file is what ingest read, as long as that is there.
    """
    if not isinstance(source, str):
        status_of(source.path)
        return source.size
    return require_readable(source).st_size


def of_each(function: Callable[[Source], R], sources: Sequence[Source]) -> Iterator[R]:
    """Yield what a function makes of each image, in order.

    Many are read at once where they are remote, and none has to be unpacked to reach the next.
    """
    return many(function, sources, remote=all(map(_is_far, sources)))


def _is_far(source: ImageSource) -> bool:
    if isinstance(source, str):
        return is_remote(source)
    return is_remote(source.path) and not source.needs_order


def sorted_by_offset(
    images: Iterable[tuple[Key, ImageSource]],
) -> list[tuple[Key, ImageSource]]:
    """Return images in an order in which each packed tar and each Parquet file is unpacked once.

    Images outside them keep their order, and come first.
    """
    found = list(images)
    if not any(isinstance(source, Member) for _, source in found):
        return found  # without a key for each of millions
    return sorted(found, key=lambda one: reading_order(one[1]))


def reading_order(source: ImageSource) -> tuple[str, int, int]:
    """Return the key by which images are sorted to be read."""
    if isinstance(source, str) or not source.needs_order:
        return "", 0, 0
    if isinstance(source, ParquetRow):
        return source.path, 0, source.row
    return source.path, source.packed_start or 0, source.offset
