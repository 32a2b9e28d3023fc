"""Pictures in tars: their bytes, read without unpacking the tar.

What lies in a gzip stream is found by unpacking all before it. The stream that was read last stays
open: ask for the pictures of one tar in the order of their offsets. For one thread at a time.
"""

import atexit
import errno
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar, cast

_HEADER = 512  # bytes before a member's own; Python's tarfile.BLOCKSIZE
_LARGEST_READ = 1 << 24  # bytes; more is asked for only by a damaged tar
_SIZE = slice(124, 136)  # in the header, an octal number

Key = TypeVar("Key")
Stream = tuple[str, int, int, int, int]


class TarMember(NamedTuple):
    """A picture in the tar at `path`: `size` bytes from `offset` on; `name` is for messages.

    Where `gzip_start` is given, a gzip stream begins at that byte of the file, of `gzip_size` bytes
    or up to the file's end, and `offset` counts in what it unpacks to.
    """

    path: str
    name: str
    offset: int
    size: int
    gzip_start: int | None = None
    gzip_size: int | None = None


TarMembers = Mapping[tuple[str, str], TarMember]  # by dataset and file name


class ChangedTarError(OSError):
    """A tar that is not what it was when it was ingested."""

    def __init__(self, path: str) -> None:
        super().__init__(
            errno.ESTALE, "the tar has changed; run `ovmr-index ingest imagenet` first", path
        )


class Window(io.RawIOBase):
    """Some bytes of a stream, as a file of its own; raises ReadError if too many are asked for."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        """Begin at byte `start`, for `size` bytes."""
        self._stream, self._start, self._size, self._place = stream, start, size, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it has places."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; return it."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}
        self._place = bases[whence] + offset
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as there is something; return how far."""
        if len(buffer) > _LARGEST_READ:
            raise tarfile.ReadError(f"a header of {len(buffer):,} bytes")
        self._stream.seek(self._start + self._place)
        found = self._stream.read(max(0, min(len(buffer), self._size - self._place)))
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)


class _GzipReader:
    """Reads from the gzip stream that was read last, or opens another."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._of: Stream | None = None
        self._stream: gzip.GzipFile | None = None

    def read(self, picture: TarMember, offset: int, count: int) -> bytes:
        """Return `count` bytes from `offset` on of what a picture's stream unpacks to."""
        status = Path(picture.path).stat()
        start, size = picture.gzip_start or 0, picture.gzip_size or status.st_size
        wanted = (picture.path, start, size, status.st_mtime_ns, status.st_ino)
        if self._of != wanted or self._stream is None:
            self.close()
            file = self._opened.enter_context(io.FileIO(picture.path))
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


def read_member(picture: TarMember, most: int | None = None) -> bytes:
    """Return the bytes of a picture in a tar, or its first `most`.

    Raises OSError for a tar that cannot be read, or that holds something else there by now.
    """
    count = picture.size if most is None else min(most, picture.size)
    first, length = picture.offset - _HEADER, _HEADER + count
    try:
        if picture.gzip_start is None:
            with io.FileIO(picture.path) as file:
                file.seek(first)
                found = file.read(length)
        else:
            found = _gzip.read(picture, first, length)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        _gzip.close()
        raise ChangedTarError(picture.path) from None
    if len(found) < length or not _has_size(found, picture.size):
        raise ChangedTarError(picture.path)
    return found[_HEADER:]


def file_content(picture: str | TarMember) -> bytes:
    """Return the bytes of a picture's file, wherever it lies; raises OSError."""
    return read_member(picture) if isinstance(picture, TarMember) else Path(picture).read_bytes()


def file_size(picture: str | TarMember) -> int:
    """Return the size of a picture's file in bytes; raises OSError where there is none.

    That of one in a tar is what ingest has read, as long as the tar is there.
    """
    if isinstance(picture, TarMember):
        Path(picture.path).stat()
        return picture.size
    return Path(picture).stat().st_size


def _has_size(header: bytes, size: int) -> bool:
    """Tell whether the header before a picture is that of a member of its size."""
    try:
        return int(header[_SIZE].strip(b"\0 "), 8) == size
    except ValueError:
        return False


def sorted_by_offset(
    pictures: Iterable[tuple[Key, str | TarMember]],
) -> list[tuple[Key, str | TarMember]]:
    """Return pictures that can be read one after another: each gzip stream is unpacked once.

    Those that lie in no gzip stream keep their order, and come first.
    """
    found = list(pictures)
    if not any(isinstance(source, TarMember) for _, source in found):
        return found  # without a look at each of millions
    return sorted(found, key=lambda one: _place(one[1]))


def _place(picture: str | TarMember) -> tuple[str, int, int]:
    if isinstance(picture, str) or picture.gzip_start is None:
        return "", 0, 0
    return picture.path, picture.gzip_start, picture.offset
