"""Images in tars and zips: their bytes, read without unpacking the archive.

To read from a packed tar, everything before the image is unpacked. The stream that was read last
stays open: ask for the images of one tar in the order of their offsets. For one thread at a time.
"""

import atexit
import errno
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from ovmr_index.errors import command, option
from ovmr_index.storage.compression import unpacked, unpacking_errors
from ovmr_index.storage.reading import opened_anywhere, read_part, status_of
from ovmr_index.storage.zip_member import ChecksumError, is_listed, read_from_zip

_HEADER = 512  # bytes before a member's own; Python's tarfile.BLOCKSIZE
_LARGEST_READ = 1 << 24  # bytes; more is asked for only by a damaged tar
_SIZE = slice(124, 136)  # in the header, an octal number
_OTHER_CHECKSUM = "its bytes differ from the checksum in the archive"
_CHECKSUM = slice(148, 156)  # in the header, where spaces stand for it while it is summed

Stream = tuple[str, int, int, int, int]


class TarMember(NamedTuple):
    """An image in the tar at `path`: `size` bytes from `offset` on; `name` is for messages.

    With `packed_start` a packed tar begins at that byte of the file, `packed_size` bytes long or up
    to the file's end, and `offset` counts in what it unpacks to. In a zip, `offset` is where the
    image's header is.
    """

    path: str
    name: str
    offset: int
    size: int
    packed_start: int | None = None
    packed_size: int | None = None
    compression: str = "gzip"

    @property
    def needs_order(self) -> bool:
        """Whether everything before it has to be unpacked to read it."""
        return self.packed_start is not None and self.compression != "zip"


class ChangedTarError(OSError):
    """A tar, a zip or a Parquet file that has changed since it was ingested."""

    def __init__(self, path: str, kind: str = "tar") -> None:
        again = f"with {option('rehash', value=True)} if its size and time are as before"
        reason = f"the {kind} has changed; run {command('ingest')} first, {again}"
        super().__init__(errno.ESTALE, reason, path)


class DamagedMemberError(OSError):
    """A member of an archive whose bytes do not agree with its checksum, or cannot be unpacked."""

    def __init__(self, path: str, problem: str = _OTHER_CHECKSUM) -> None:
        super().__init__(errno.EIO, f"{problem}; copy or download that again", path)


class Window(io.RawIOBase):
    """A part of a stream as a file; raises ReadError if too many bytes are asked for at once."""

    def __init__(self, stream: IO[bytes], start: int, size: int, most: int = _LARGEST_READ) -> None:
        """Begin at byte `start`, for `size` bytes, of which `most` may be asked for at once.

        16 MiB always may.
        """
        self._stream, self._start, self._size, self._position = stream, start, size, 0
        self._most = max(most, _LARGEST_READ)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read from any position."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; return it. Raises OSError for one before the start."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}
        if bases[whence] + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._position = bases[whence] + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as there are bytes; return how far."""
        if len(buffer) > self._most:
            raise tarfile.ReadError(f"a header of {len(buffer):,} bytes")
        self._stream.seek(self._start + self._position)
        found = self._stream.read(max(0, min(len(buffer), self._size - self._position)))
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)


class _StreamReader:
    """Reads from the packed tar that was read last, or opens another."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._of: Stream | None = None
        self._stream: IO[bytes] | None = None

    def read(self, member: TarMember, offset: int, count: int) -> bytes:
        """Return `count` bytes from `offset` on of what a member's tar unpacks to."""
        status = status_of(member.path)
        start, size = member.packed_start or 0, member.packed_size or status.st_size
        wanted = (member.path, start, size, status.st_mtime_ns, status.st_ino)
        if self._of != wanted or self._stream is None:
            self.close()
            window = self._opened.enter_context(packed_part(member))
            self._stream = self._opened.enter_context(unpacked(window, member.compression))
            self._of = wanted
        self._stream.seek(offset)
        return self._stream.read(count)

    def close(self) -> None:
        """Close what is open."""
        self._of = self._stream = None
        self._opened.close()


_streams = _StreamReader()
atexit.register(_streams.close)
# A child would move the position in the file under the parent.
os.register_at_fork(after_in_child=_streams.close)


@contextmanager
def packed_part(member: TarMember) -> Iterator[IO[bytes]]:
    """Open the part of a file that is the packed archive of a member."""
    with opened_anywhere(member.path) as file:
        size = member.packed_size or file.seek(0, os.SEEK_END)
        yield cast(IO[bytes], Window(file, member.packed_start or 0, size, most=size))


def read_member(member: TarMember, most: int | None = None) -> bytes:
    """Return the bytes of an image in a tar, or its first `most`.

    Raises:
        OSError: The tar cannot be read, or holds something else there now; DamagedMemberError where
            all of the image is read, and a checksum says that it is damaged, or where a zip that
            lists the image does not hold it.
    """
    count = member.size if most is None else min(most, member.size)
    first, length = member.offset - _HEADER, _HEADER + count
    try:
        if member.packed_start is None:
            found = read_part(member.path, first, length)
        elif member.compression == "zip":
            with packed_part(member) as archive:
                return read_from_zip(archive, member.offset, member.size, count)
        else:
            found = _streams.read(member, first, length)
    except unpacking_errors():
        _streams.close()
        raise _why_unread(member) from None
    except ChecksumError:
        raise DamagedMemberError(member.path) from None
    if len(found) < length or not _has_size(found, member.size):
        raise ChangedTarError(member.path)
    if count == member.size and not _has_checksum(found[:_HEADER]):
        raise DamagedMemberError(member.path)
    return found[_HEADER:]


def _why_unread(member: TarMember) -> OSError:
    """Return the error for a member that cannot be unpacked."""
    if member.compression != "zip" or member.packed_start is None:
        return ChangedTarError(member.path)
    with packed_part(member) as archive:
        if not is_listed(archive, member.offset, member.size):
            return ChangedTarError(member.path, "zip")
    return DamagedMemberError(member.path, f"{Path(member.path).name} is damaged at this image")


def _has_size(header: bytes, size: int) -> bool:
    """Return whether the header before an image is that of a member of its size."""
    try:
        return int(header[_SIZE].strip(b"\0 "), 8) == size
    except ValueError:
        return False


def _has_checksum(header: bytes) -> bool:
    """Return whether the header of a member agrees with its checksum."""
    try:
        return tarfile.nti(header[_CHECKSUM]) in tarfile.calc_chksums(header)  # type: ignore[attr-defined]
    except tarfile.HeaderError:
        return False
