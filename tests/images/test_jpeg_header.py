"""The size in a JPEG's header: what Pillow says, or nothing."""

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from ovmr_index.images.header import ImageError, shown_size
from ovmr_index.images.jpeg_header import usual_size

SHORT, LONG = 3, 4
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SAVED: dict[str, dict[str, Any]] = {
    "plain": {},
    "progressive": {"progressive": True},
    "with a comment": {"comment": b"a\xff\xc0comment"},
    "with a colour profile": {"icc_profile": PROFILE},
    "with restart markers": {"restart_marker_rows": 1},
    "fine": {"quality": 100, "subsampling": 0},
}


def _jpeg(mode: str = "RGB", size: tuple[int, int] = (30, 20), **options: Any) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, 90).save(output, "JPEG", **options)
    return output.getvalue()


def _tiff(*entries: tuple[int, int, int, bytes], order: str = ">", more: bytes = b"") -> bytes:
    """EXIF with entries of tag, type, count and value."""
    start = b"MM\0*" if order == ">" else b"II*\0"
    body = b"".join(struct.pack(f"{order}HHL", *entry[:3]) + entry[3] for entry in entries)
    head = start + struct.pack(f"{order}LH", 8, len(entries))
    return b"Exif\0\0" + head + body + bytes(4) + more


def _orientation(value: int, order: str = ">") -> tuple[int, int, int, bytes]:
    return 0x0112, SHORT, 1, struct.pack(f"{order}HH", value, 0)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">HH", marker, len(body) + 2) + body


def _with(*segments: bytes) -> bytes:
    plain = _jpeg()
    return plain[:2] + b"".join(segments) + plain[2:]


TURNED = _with(_segment(0xFFE1, _tiff(_orientation(6))))
WITH_TEXT = (0x010F, 2, 9, struct.pack(">L", 38)), _orientation(8)
BASES = [
    *(_jpeg(mode, **options) for mode in ("L", "RGB", "CMYK") for options in SAVED.values()),
    TURNED,
    _with(_segment(0xFFE1, _tiff(*WITH_TEXT, more=b"a camera\0"))),
    _with(_segment(0xFFEE, b"Adobe" + bytes(7)), _segment(0xFFED, b"Photoshop 3.0\0")),
]


def _of_pillow(data: bytes) -> tuple[int, int] | None:
    try:
        return shown_size(io.BytesIO(data))
    except ImageError:
        return None


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("name", SAVED)
def test_usual_headers_need_no_pillow(name: str, mode: str) -> None:
    assert usual_size(_jpeg(mode, **SAVED[name])) == (30, 20)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", range(10))
def test_the_orientation_is_heeded(value: int, order: str) -> None:
    data = _with(_segment(0xFFE1, _tiff(_orientation(value, order), order=order)))
    assert usual_size(data) == _of_pillow(data) == ((20, 30) if value in range(5, 9) else (30, 20))


def test_exif_without_an_orientation_turns_nothing() -> None:
    data = _with(_segment(0xFFE1, _tiff(WITH_TEXT[0], more=bytes(40))))
    assert usual_size(data) == _of_pillow(data) == (30, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        _jpeg("CMYK"),
        _with(_segment(0xFFE1, b"http://ns.adobe.com/xap/1.0/\0<a/>")),
        _with(_segment(0xFFED, b"Photoshop 3.0\0")),
        _with(_segment(0xFFE1, _tiff()), _segment(0xFFE1, _tiff(_orientation(6)))),
        _with(_segment(0xFFE1, _tiff(_orientation(6), _orientation(1)))),
        _with(_segment(0xFFE1, _tiff((0x0112, LONG, 1, bytes([0, 0, 0, 6]))))),
        _with(_segment(0xFFE1, _tiff((0x010F, 2, 99, bytes(4)), _orientation(6)))),
        _with(_segment(0xFFE1, _tiff(_orientation(6))[:-6])),
        _with(b"\xff"),
        _jpeg(size=(30, 20))[:-1].replace(b"\x08\x00\x14\x00\x1e", b"\x0c\x00\x14\x00\x1e"),
        _jpeg(size=(30, 20))[:-1].replace(b"\x08\x00\x14\x00\x1e", b"\x08\x00\x00\x00\x1e"),
    ],
)
def test_unusual_headers_are_left_to_pillow(data: bytes) -> None:
    assert usual_size(data) is None


def test_headers_that_differ_in_their_sizes_alone_are_read_alike() -> None:
    sizes = [(30, 20), (20, 30), (1, 1), (65_500, 1), (30, 20)]
    assert [usual_size(_jpeg(size=size)) for size in sizes] == sizes
    turned = [_segment(0xFFE1, _tiff(_orientation(6)))]
    images = [_jpeg(size=size) for size in sizes]
    shown = [usual_size(one[:2] + turned[0] + one[2:]) for one in images]
    assert shown == [size[::-1] for size in sizes]


def test_a_frame_within_a_comment_is_none() -> None:
    frame = b"\xff\xc0\0\x11\x08" + bytes([0, 7, 0, 7]) + bytes(10)
    assert usual_size(_with(_segment(0xFFFE, frame))) == (30, 20)


def test_a_header_that_is_cut_off_is_left_to_pillow() -> None:
    data = _jpeg()
    start = data.index(b"\xff\xda")
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    end = start + 2 + length
    assert usual_size(data[:end]) == (30, 20)
    assert {usual_size(data[:i]) for i in range(end)} == {None}


@given(
    data=st.sampled_from(BASES),
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=4),
    cut=st.tuples(st.integers(0, 700), st.integers(0, 30)),
    put=st.tuples(st.integers(0, 700), st.binary(max_size=30)),
)
def test_whatever_it_says_pillow_says(
    data: bytes, changes: list[tuple[int, int]], cut: tuple[int, int], put: tuple[int, bytes]
) -> None:
    broken = bytearray(data)
    for at, value in changes:
        broken[at % len(broken)] = value
    del broken[cut[0] : sum(cut)]
    broken[put[0] : put[0]] = put[1]
    found = usual_size(bytes(broken))
    assert found is None or found == _of_pillow(bytes(broken))
