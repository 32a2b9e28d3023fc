"""One member of a zip, read by where its header begins, and checked by its CRC-32.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.
"""

import struct
import zipfile
import zlib
from typing import IO

from ovmr_index.storage.compression import unpacking_errors

# Start, flags, method, CRC-32; lengths of name and extra fields.
_HEADER = struct.Struct("<4s2xHH4xI8xHH")
_START = b"PK\3\4"
_CRC_FOLLOWS = 8  # a flag: the CRC-32 is behind the packed bytes, after a sign or without it
_CRC_SIGN = b"PK\7\x08"
_CRC = struct.Struct("<I")
_AFTER = len(_CRC_SIGN) + _CRC.size
_STORED, _DEFLATED = 0, 8
_PIECE = 1 << 16


class ChecksumError(Exception):
    """A member whose bytes do not agree with its checksum."""


def read_from_zip(archive: IO[bytes], offset: int, size: int, count: int) -> bytes:
    """Return the first `count` of the `size` bytes of the member at `offset`.

    Raises:
        ChecksumError: All of it is read, and its CRC-32 is another one.
        zipfile.BadZipFile: No such member is there; zlib.error and struct.error are as good.
    """
    archive.seek(offset)
    start, flags, method, crc, name, extra = _HEADER.unpack(archive.read(_HEADER.size))
    if start != _START or method not in (_STORED, _DEFLATED):
        raise zipfile.BadZipFile("no member")
    archive.seek(offset + _HEADER.size + name + extra)
    found, after = (_stored if method == _STORED else _inflated)(archive, count)
    if len(found) != count:
        raise zipfile.BadZipFile("another size")
    if count == size:
        known = _crcs_in(after) if flags & _CRC_FOLLOWS else (crc,)
        if (made := zlib.crc32(found)) not in known and made != _listed_crc(archive, offset):
            raise ChecksumError
    return found


def _crcs_in(after: bytes) -> tuple[int, ...]:
    """Return what may be the CRC-32 in what follows a member: it may have a sign before it."""
    starts = (0, len(_CRC_SIGN)) if after.startswith(_CRC_SIGN) else (0,)
    return tuple(_CRC.unpack_from(after, start)[0] for start in starts)


def _listed_crc(archive: IO[bytes], offset: int) -> int | None:
    """Return the CRC-32 that the list at the end of a zip has for a member."""
    found = _listed(archive, offset)
    return None if found is None else found.CRC


def is_listed(archive: IO[bytes], offset: int, size: int) -> bool:
    """Return whether the list at the end of a zip has a member of this size at `offset`."""
    try:
        found = _listed(archive, offset)
    except unpacking_errors():
        return False
    except (OSError, ValueError):
        return False
    return found is not None and found.file_size == size


def _listed(archive: IO[bytes], offset: int) -> zipfile.ZipInfo | None:
    with zipfile.ZipFile(archive) as opened:
        return next((one for one in opened.infolist() if one.header_offset == offset), None)


def _stored(stream: IO[bytes], count: int) -> tuple[bytes, bytes]:
    """Return the first `count` bytes of a stream, and a few that follow them."""
    return stream.read(count), stream.read(_AFTER)


def _inflated(stream: IO[bytes], count: int) -> tuple[bytes, bytes]:
    """Return the first `count` bytes that a stream inflates to, fewer where it holds no more.

    Also a few bytes that follow what is packed, where it ends there.
    """
    inflate, parts, found = zlib.decompressobj(-zlib.MAX_WBITS), list[bytes](), 0
    packed = stream.read(_PIECE)
    while packed and found < count:
        parts.append(inflate.decompress(packed, count - found))
        found += len(parts[-1])
        packed = inflate.unconsumed_tail or (b"" if inflate.eof else stream.read(_PIECE))
    while packed and not inflate.decompress(packed, 1):  # the mark of the end is still to come
        packed = inflate.unconsumed_tail or (b"" if inflate.eof else stream.read(_PIECE))
    after = inflate.unused_data
    return b"".join(parts), after + stream.read(max(0, _AFTER - len(after)))
