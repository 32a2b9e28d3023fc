"""The shown size of a JPEG with a usual header, found several times as fast as Pillow does.

Only headers that every reader takes in the same way are read here; the rest is left to Pillow.
Formats: ITU-T T.81, annex B, for JPEG; CIPA DC-008, section 4.6, for EXIF.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_START = b"\xff\xd8"
_EXIF = 0xFFE1
_QUANTIZATION, _SCAN = 0xFFDB, 0xFFDA
_FRAMES = (0xFFC0, 0xFFC1, 0xFFC2)  # baseline, extended and progressive, all in Huffman's code
_NO_MATTER = (0xFFC4, 0xFFDD, 0xFFFE)  # Huffman's tables, restart interval, comment
_APPLICATIONS = {0xFFE0: (b"JFIF\0", 12), 0xFFE2: (b"ICC_PROFILE\0", 14), 0xFFEE: (b"Adobe", 12)}
_TABLE = 65  # bytes of a quantization table of 8 bits with its number

_SEGMENT = struct.Struct(">HH")
_FRAME = struct.Struct(">BHHB")
_SIDES = struct.Struct(">HH")  # of a frame, behind its bits
_EXIF_START = b"Exif\0\0"
_TIFF_STARTS = {b"II*\0": "<", b"MM\0*": ">"}
_ENTRY = 12  # bytes
_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of one
_ORIENTATION, _ONE_SHORT = 0x0112, (3, 1)
_TURNED = range(5, 9)  # the orientations that swap width and height

# Most images of a dataset were written by one program, whose headers differ in their sizes alone.
_USUAL_FRAME, _USUAL_SCAN = b"\xff\xc0\0\x11\x08", b"\xff\xda\0\x0c\x03"  # of three colours
_SCAN_BYTES = 14
_ONE_PIXEL = b"\0\1\0\1"
_KNOWN_BYTES = 1_024  # of a header that is looked for among those before it


class _Header(NamedTuple):
    """A usual header: its size as stored, where that stands in it, and whether EXIF turns it."""

    width: int
    height: int
    size_at: int
    turned: bool


def usual_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as shown, of the JPEG that begins with `head`.

    None where `head` does not hold the whole header, or anything in it is unusual.
    """
    found = usual_header(head)
    if found is None:
        return None
    width, height, turned = found
    return (height, width) if turned else (width, height)


def usual_header(head: bytes) -> tuple[int, int, bool] | None:
    """Return width and height as stored and whether EXIF swaps them, None as `usual_size`."""
    frame = head.find(_USUAL_FRAME, 0, _KNOWN_BYTES)
    scan = head.find(_USUAL_SCAN, frame, _KNOWN_BYTES) if frame > 0 else -1
    if scan > 0:
        at = frame + len(_USUAL_FRAME)
        end = scan + _SCAN_BYTES
        known = _known_header(head[:at] + _ONE_PIXEL + head[at + _SIDES.size : end])
        height, width = _SIDES.unpack_from(head, at)
        if known is not None and known.size_at == at and width and height:
            return width, height, known.turned
    found = _read(head)
    return None if found is None else (found.width, found.height, found.turned)


@lru_cache(maxsize=1_024)
def _known_header(header: bytes) -> _Header | None:
    """Return what a header is that has another size, and is read once for all that are like it."""
    return _read(header)


def _read(head: bytes) -> _Header | None:
    """Return the header of a JPEG, None as `usual_size`."""
    size: tuple[int, int] | None = None
    turned: bool | None = None
    size_at = 0
    for at, marker, body in _segments(head):
        if marker == _SCAN:
            return _Header(*size, size_at, bool(turned)) if size else None
        if marker in _FRAMES and size is None:
            size, size_at = _frame_size(body), at + 1
            if size is None:
                return None
        elif marker == _EXIF and turned is None:
            turned = _is_turned(body)
            if turned is None:
                return None
        elif not _is_usual(marker, body):
            return None
    return None


def _segments(head: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield where the content of each segment that is whole begins, its marker and its content."""
    at = len(_START)
    if not head.startswith(_START):
        return
    while at + _SEGMENT.size <= len(head):
        marker, length = _SEGMENT.unpack_from(head, at)
        start = at + _SEGMENT.size
        body = head[start : at + 2 + length]
        if len(body) + 2 != length:
            return
        yield start, marker, body
        at += 2 + length


def _is_usual(marker: int, body: bytes) -> bool:
    """Return whether a segment affects neither the size nor whether Pillow can read the file."""
    if marker == _QUANTIZATION:
        return len(body) % _TABLE == 0 and max(body[::_TABLE], default=16) < 16
    if marker in _APPLICATIONS:
        name, least = _APPLICATIONS[marker]
        return body.startswith(name) and len(body) >= least
    return marker in _NO_MATTER


def _frame_size(body: bytes) -> tuple[int, int] | None:
    """Return the size of a frame, None unless it is of 8 bits, in one or three colours."""
    if len(body) < _FRAME.size:
        return None
    bits, height, width, components = _FRAME.unpack_from(body)
    usual = bits == 8 and components in (1, 3) and len(body) == _FRAME.size + 3 * components
    return (width, height) if usual and width and height else None


def _is_turned(body: bytes) -> bool | None:
    """Return whether EXIF swaps width and height, None where an entry of it is unusual."""
    tiff = body[len(_EXIF_START) :]
    order = _TIFF_STARTS.get(tiff[:4])
    if order is None or len(tiff) < 8 or not body.startswith(_EXIF_START):
        return None
    start = struct.unpack_from(f"{order}L", tiff, 4)[0] + 2
    if start > len(tiff):
        return None
    end = start + _ENTRY * struct.unpack_from(f"{order}H", tiff, start - 2)[0]
    if end > len(tiff):
        return None
    turned: bool | None = None
    for tag, kind, count, value in struct.iter_unpack(f"{order}HHL4s", tiff[start:end]):
        size = count * _TYPES.get(kind, len(tiff))
        if size > 4 and struct.unpack(f"{order}L", value)[0] + size > len(tiff):
            return None
        if tag == _ORIENTATION:
            if turned is not None or (kind, count) != _ONE_SHORT:
                return None
            turned = struct.unpack_from(f"{order}H", value)[0] in _TURNED
    return bool(turned)
