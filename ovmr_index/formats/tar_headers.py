"""What archives hold, from their headers alone: the members of a tar or a zip.

Formats: ustar, pax and GNU, as the standard library's `tarfile` reads them; zip as `zipfile` does.
"""

import os
import stat
import struct
import tarfile
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

from ovmr_index.errors import RecordError
from ovmr_index.storage.compression import SIGN, true_compression, unpacking_errors
from ovmr_index.storage.listing import shown
from ovmr_index.storage.tar_end import END, is_padding
from ovmr_index.storage.tar_members import Window

_PIECE = 1 << 20
_LARGEST = (1 << 63) - 1  # bytes; no file and no column holds more
_ZIP_START = b"PK\3\4"
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # a flag
_BAD: tuple[type[Exception], ...] = (
    *(tarfile.TarError, EOFError, OSError, RecursionError, ValueError, ArithmeticError),
    *(LookupError, TypeError, MemoryError, NotImplementedError, struct.error),
)
NO_PLAIN_FILE = "is a link, a device or sparse, and no plain file"


class Member(NamedTuple):
    """A file in an archive: where its header begins, and its bytes in a tar.

    In a zip `offset` is where its header begins too. `refused` says why it is not read, if it is
    not; `done` are the bytes of the archive before it.
    """

    name: str
    offset: int
    size: int
    done: int
    refused: str = ""


@dataclass(slots=True)
class Beside:
    """What is in the file of an archive beside it: how many other tars, and other bytes.

    Tars that `cat` has joined are read one after another. Other bytes are not read.
    """

    tars: int = 0
    bytes_after: int = 0
    bytes_before: int = 0


class _ZerosError(Exception):
    """Zeros in the place of what was not copied; its message says how many."""


class _HardLink(NamedTuple):
    name: str
    target: str
    done: int


def tar_members(stream: IO[bytes], file: Path, inner: str, beside: Beside) -> Iterator[Member]:
    """Yield the files of a tar in its order; hard links come last, as the files that they are.

    A second look at the headers, where there are hard links, finds what they stand for. What
    follows the end of the tar is counted in `beside`.

    Raises:
        RecordError: The tar is cut short or damaged; `inner` is its name where it is in `file`.
    """
    links: list[_HardLink] = []
    for member in _headers(stream, file, inner, beside):
        if member.islnk():
            links.append(_HardLink(member.name, member.linkname, member.offset))
        elif not member.isdir():
            refused = "" if _is_plain(member) else NO_PLAIN_FILE
            yield Member(member.name, member.offset_data, member.size, member.offset, refused)
    if links:
        yield from _linked(links, _headers(stream, file, inner, Beside()))


def require_whole_tar(stream: IO[bytes], file: Path) -> None:
    """Raise RecordError for a tar that is cut short or damaged, by its headers."""
    for _ in _headers(stream, file, "", Beside()):
        pass


def _linked(links: list[_HardLink], headers: Iterator[tarfile.TarInfo]) -> Iterator[Member]:
    """Yield what hard links stand for: the bytes that an earlier member of that name has.

    That member may be a hard link itself. A later member of a link's own name takes its place.
    """
    wanted = {plain_path(name) for link in links for name in (link.name, link.target)}
    held: dict[str, tuple[int, int] | None] = {}
    for member in headers:
        path = plain_path(member.name)
        if member.islnk():
            held[path] = held.get(plain_path(member.linkname))
        elif path in wanted:
            held[path] = (member.offset_data, member.size) if _is_plain(member) else None
    for link in dict.fromkeys(links):
        found = held.get(plain_path(link.name))
        if found is None:
            reason = f"is a hard link to {shown(link.target)}, which no earlier member is"
            yield Member(link.name, 0, 0, link.done, reason)
        else:
            yield Member(link.name, *found, link.done)


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.isreg() and not member.issparse()


def plain_path(name: str) -> str:
    """Return the path of a member without the `./` that it may begin with.

    A backslash is a slash: programs of Windows write it so.
    """
    name = name.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def _headers(
    stream: IO[bytes], file: Path, inner: str, beside: Beside
) -> Iterator[tarfile.TarInfo]:
    """Yield the members of a tar; raises RecordError for one that is cut short or damaged.

    `tarfile` itself takes a tar that was cut between two members for a whole one, and stops without
    a word at a header that it cannot read: what follows the last member must be two zero blocks.
    """
    start: int | None = 0
    try:
        while start is not None:
            stream.seek(start)
            with tarfile.open(fileobj=stream, mode="r:", encoding="utf-8") as tar:
                while (member := tar.next()) is not None:
                    tar.members.clear()  # type: ignore[attr-defined]  # it would keep 14 million
                    if member.size < 0 or not member.offset < tar.offset <= _LARGEST:
                        raise tarfile.ReadError(f"a bad size at byte {member.offset:,}")
                    yield member
                stream.seek(tar.offset)
                if stream.read(END) != bytes(END):
                    raise tarfile.ReadError(f"no end at byte {tar.offset:,}")
            start = _next_tar(stream, start, tar.offset + END, beside)
    except _ZerosError as error:
        raise RecordError(file, inner, str(error), "copy or download it again") from None
    except _errors() as error:
        raise _damaged(file, inner, "tar", error) from None


def _next_tar(stream: IO[bytes], first: int, position: int, beside: Beside) -> int | None:
    """Return where another tar begins after the end of the one at `first`, None where none does.

    A tar may end with more zeros, as far as they are padding. The stream, which is at `position`,
    is read to its end: the last bytes of packed data say whether all is well.
    """
    end = position
    while piece := stream.read(_PIECE):
        if rest := piece.lstrip(b"\0"):
            start = position + len(piece) - len(rest)
            stream.seek(start)
            is_tar = _is_header(stream.read(tarfile.BLOCKSIZE))
            # A tar without a file, which may have been joined as well, is a record of zeros.
            _require_padding(first, end, start, tarfile.RECORDSIZE if is_tar else 0)
            if is_tar:
                beside.tars += 1
                return start
            stream.seek(position + len(piece))
            beside.bytes_after = len(rest)
            while piece := stream.read(_PIECE):
                beside.bytes_after += len(piece)
            return None
        position += len(piece)
    _require_padding(first, end, position, is_rest=True)
    return None


def _require_padding(
    first: int, end: int, position: int, spare: int = 0, *, is_rest: bool = False
) -> None:
    """Raise _ZerosError where the zeros from the end of a tar up to a byte are more than padding.

    `first` is where the tar begins; `spare` more bytes are none of it, and `is_rest` says that the
    zeros go to the end of the file.
    """
    zeros = position - end
    if is_padding(max(0, zeros - spare), position - first, position):
        return
    if is_rest:
        said = f"the rest of it, {zeros:,} bytes, is zeros: it was not copied to its end"
        raise _ZerosError(said)
    raise _ZerosError(f"{zeros:,} bytes from byte {end:,} on are zeros: they were not copied")


def _is_header(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def walk_tar(file: BinaryIO) -> None:
    """Read the headers of a tar, as far as it is one: what is wrong with it is said elsewhere."""
    whole = cast(IO[bytes], Window(file, 0, file.seek(0, os.SEEK_END)))
    with suppress(RecordError, OSError):
        if true_compression("", whole.read(SIGN)) is None:
            deque(tar_members(whole, Path(), "", Beside()), maxlen=0)


def zip_members(stream: IO[bytes], file: Path, inner: str, beside: Beside) -> Iterator[Member]:
    """Yield the files of a zip in its order; raises RecordError as `tar_members` does.

    Of zips that were joined the last one is read; the others are bytes before it.
    """
    try:
        with zipfile.ZipFile(stream) as opened:
            listed = opened.infolist()
        found = [one for one in listed if not plain_path(one.filename).endswith("/")]
        first = min((one.header_offset for one in listed), default=0)
        stream.seek(0)
        if first > 0 and stream.read(len(_ZIP_START)) == _ZIP_START:
            beside.bytes_before = first
        if any(not 0 <= one.header_offset <= _LARGEST - one.file_size for one in found):
            raise zipfile.BadZipFile("a bad size")
    except _errors() as error:
        raise _damaged(file, inner, "zip", error) from None
    for one in found:
        mode = one.external_attr >> 16
        refused = ""
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            refused = NO_PLAIN_FILE
        elif one.flag_bits & _ENCRYPTED:
            refused = "is encrypted; unpack it first"
        elif one.compress_type not in _ZIP_METHODS:
            refused = "is packed by another method than deflate; unpack it first"
        yield Member(one.filename, one.header_offset, one.file_size, one.header_offset, refused)


def _errors() -> tuple[type[Exception], ...]:
    """Return what damaged archives raise."""
    return _BAD + unpacking_errors()


def _damaged(file: Path, inner: str, kind: str, error: BaseException) -> RecordError:
    problem = f"is no {kind}, cut short or damaged ({error})"
    return RecordError(file, inner, problem, "copy or download it again")
