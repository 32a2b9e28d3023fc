"""Images in tars: their bytes, read without unpacking the tar.

To read from a gzip stream, everything before the image is unpacked. The stream that was read last
stays open: ask for the images of one tar in the order of their offsets. For one thread at a time.
"""

import atexit
import errno
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar, cast

_HEADER = 512  # bytes before a member's own; Python's tarfile.BLOCKSIZE
_LARGEST_READ = 1 << 24  # bytes; more is asked for only by a damaged tar
_SIZE = slice(124, 136)  # in the header, an octal number

Key = TypeVar("Key")
Stream = tuple[str, int, int, int, int]


class TarMember(NamedTuple):
    """An image in the tar at `path`: `size` bytes from `offset` on; `name` is for messages.

    With `gzip_start` a gzip stream begins at that byte of the file, `gzip_size` bytes long or up to
    the file's end, and `offset` counts in what it unpacks to.
    """

    path: str
    name: str
    offset: int
    size: int
    gzip_start: int | None = None
    gzip_size: int | None = None


class ChangedTarError(OSError):
    """A tar that has changed since it was ingested."""

    def __init__(self, path: str) -> None:
        super().__init__(
            errno.ESTALE, "the tar has changed; run `ovmr-index ingest imagenet` first", path
        )


class Window(io.RawIOBase):
    """A part of a stream as a file; raises ReadError if too many bytes are asked for at once."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        """Begin at byte `start`, for `size` bytes."""
        self._stream, self._start, self._size, self._position = stream, start, size, 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read from any position."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; return it."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}
        self._position = bases[whence] + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as there are bytes; return how far."""
        if len(buffer) > _LARGEST_READ:
            raise tarfile.ReadError(f"a header of {len(buffer):,} bytes")
        self._stream.seek(self._start + self._position)
        found = self._stream.read(max(0, min(len(buffer), self._size - self._position)))
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)


class _GzipReader:
    """Reads from the gzip stream that was read last, or opens another."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._of: Stream | None = None
        self._stream: gzip.GzipFile | None = None

    def read(self, member: TarMember, offset: int, count: int) -> bytes:
        """Return `count` bytes from `offset` on of what a member's stream unpacks to."""
        status = Path(member.path).stat()
        start, size = member.gzip_start or 0, member.gzip_size or status.st_size
        wanted = (member.path, start, size, status.st_mtime_ns, status.st_ino)
        if self._of != wanted or self._stream is None:
            self.close()
            file = self._opened.enter_context(io.FileIO(member.path))
            window = cast(IO[bytes], Window(cast(IO[bytes], file), start, size))
            self._stream = self._opened.enter_context(gzip.GzipFile(fileobj=window))
            self._of = wanted
        self._stream.seek(offset)
        return self._stream.read(count)

    def close(self) -> None:
        """Close what is open."""
        self._of = self._stream = None
        self._opened.close()


_gzip = _GzipReader()
atexit.register(_gzip.close)


def read_member(member: TarMember, most: int | None = None) -> bytes:
    """Return the bytes of an image in a tar, or its first `most`.

    Raises:
        OSError: The tar cannot be read, or holds something else there now.
    """
    count = member.size if most is None else min(most, member.size)
    first, length = member.offset - _HEADER, _HEADER + count
    try:
        if member.gzip_start is None:
            with io.FileIO(member.path) as file:
                file.seek(first)
                found = file.read(length)
        else:
            found = _gzip.read(member, first, length)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        _gzip.close()
        raise ChangedTarError(member.path) from None
    if len(found) < length or not _has_size(found, member.size):
        raise ChangedTarError(member.path)
    return found[_HEADER:]


def file_content(source: str | TarMember) -> bytes:
    """Return the bytes of an image's file, in a tar or not; raises OSError."""
    return read_member(source) if isinstance(source, TarMember) else Path(source).read_bytes()


def file_size(source: str | TarMember) -> int:
    """Return the size of an image's file in bytes; raises OSError where there is no file.

    The size of an image in a tar is what ingest read, as long as the tar is there.
    """
    if isinstance(source, TarMember):
        Path(source.path).stat()
        return source.size
    return Path(source).stat().st_size


def _has_size(header: bytes, size: int) -> bool:
    """Return whether the header before an image is that of a member of its size."""
    try:
        return int(header[_SIZE].strip(b"\0 "), 8) == size
    except ValueError:
        return False


def sorted_by_offset(
    images: Iterable[tuple[Key, str | TarMember]],
) -> list[tuple[Key, str | TarMember]]:
    """Return images in an order in which each gzip stream is unpacked once.

    Images outside gzip streams keep their order, and come first.
    """
    found = list(images)
    if not any(isinstance(source, TarMember) for _, source in found):
        return found  # without a key for each of millions
    return sorted(found, key=lambda one: _reading_order(one[1]))


def _reading_order(source: str | TarMember) -> tuple[str, int, int]:
    if isinstance(source, str) or source.gzip_start is None:
        return "", 0, 0
    return source.path, source.gzip_start, source.offset
