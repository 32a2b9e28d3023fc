"""Sizes from headers, boxes of crops, crops as files."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ovmr_index.errors import OvmrIndexError
from ovmr_index.formats.table import find_format
from ovmr_index.images.crop import crop_box
from ovmr_index.images.header import ImageError, inspect, shown_size
from ovmr_index.images.sizes import ImageSize, Unreadable, sizes
from tests.support.written_crops import write_crop

TURNED = {1: (30, 20), 3: (30, 20), 4: (30, 20), 5: (20, 30), 6: (20, 30), 8: (20, 30)}
XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _save(path: Path, mode: str = "RGB", kind: str = "JPEG", **options: object) -> Path:
    """An image of 30 x 20 pixels, its left half dark and its right half light."""
    picture = Image.new("L", (30, 20), 20)
    picture.paste(220, (15, 0, 30, 20))
    picture.convert(mode).save(path, kind, **options)
    return path


def _png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _opened(path: Path) -> tuple[str | None, str, tuple[int, int]]:
    with Image.open(path) as picture:
        picture.load()
        return picture.format, picture.mode, picture.size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", sorted(TURNED))
def test_the_shown_size_follows_exif(tmp_path: Path, kind: str, orientation: int) -> None:
    path = _save(tmp_path / "a.JPEG", kind=kind, exif=_exif(orientation))
    assert shown_size(path) == shown_size(str(path)) == TURNED[orientation]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_size_is_that_of_the_content_not_of_the_suffix(tmp_path: Path, kind: str) -> None:
    path = _save(tmp_path / "a.JPEG", kind=kind)
    assert shown_size(path) == inspect(path, decode=False).stored == (30, 20)


def test_a_size_is_read_from_an_open_file_and_xmp_counts(tmp_path: Path) -> None:
    with _save(tmp_path / "a.jpg", xmp=XMP).open("rb") as file:
        assert shown_size(file) == (20, 30)
        assert not file.closed


def test_broken_exif_turns_nothing_and_warns_nobody(tmp_path: Path) -> None:
    path = _save(tmp_path / "a.jpg", exif=b"Exif\x00\x00nonsense")
    cut = _save(tmp_path / "b.jpg", exif=_exif(6).tobytes()[:-8])
    assert [shown_size(path), shown_size(cut)] == [(30, 20), (30, 20)]


def test_a_header_may_promise_any_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(_png_header(60_000, 50_000))
    limit = Image.MAX_IMAGE_PIXELS
    assert shown_size(path) == (60_000, 50_000)
    assert limit == Image.MAX_IMAGE_PIXELS
    with pytest.raises(ImageError, match="60000 x 50000 pixels are too many"):
        write_crop(path, (0, 0, 5, 5), tmp_path / "crop.png")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff", b"%!PS-Adobe-3.0 EPSF"])
def test_what_is_no_image_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError) as caught:
        shown_size(path)
    assert caught.value.reason == "not an image"
    assert str(caught.value) == f"{path}: not an image; check the file"


def test_a_missing_image_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        shown_size(tmp_path / "a.jpg")
    with pytest.raises(ImageError, match="Is a directory"):
        shown_size(tmp_path)
    says = f"there is no folder {tmp_path / 'absent'}: put its images there, or make a link"
    with pytest.raises(ImageError) as caught:
        shown_size(f"{tmp_path}/./absent/a.jpg")
    assert str(caught.value) == f"{tmp_path}/absent/a.jpg: No such file or directory; {says}"
    with pytest.raises(ImageError, match="null"):
        shown_size("a\0b")


def test_an_image_in_a_bucket_lacks_no_folder_here() -> None:
    error = ImageError("s3://bucket/./train2017/a.jpg", "not an image")
    assert str(error) == "s3://bucket/train2017/a.jpg: not an image; check the file"


def test_many_sizes_come_in_order_from_processes(tmp_path: Path) -> None:
    good, turned = _save(tmp_path / "a.jpg"), _save(tmp_path / "b.jpg", exif=_exif(6))
    paths = [str(good), str(turned), str(tmp_path / "none.jpg")] * 500
    found = list(sizes(enumerate(paths), workers=2))
    assert [one.key for one in found] == list(range(1_500))
    missing = Unreadable(2, "No such file or directory")
    states = [(path.stat().st_size, path.stat().st_mtime_ns) for path in (good, turned)]
    expected = [ImageSize(0, 30, 20, states[0]), ImageSize(1, 20, 30, states[1]), missing]
    assert found[:3] == expected
    assert {row[1:] for row in found} == {row[1:] for row in found[:3]}
    assert list(sizes(enumerate(paths[:3]))) == found[:3]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "MPO"])
def test_the_first_bytes_tell_no_other_size_than_the_file(
    tmp_path: Path, pytestconfig: pytest.Config, kind: str
) -> None:
    step = 1 if pytestconfig.getoption("--exhaustive") else 11
    whole = _save(tmp_path / "whole", kind=kind, exif=_exif(6), comment=b"x" * 700).read_bytes()
    far = _save(tmp_path / "far", kind=kind, exif=_exif(8), icc_profile=bytes(9_000)).read_bytes()
    contents = [whole[:length] for length in range(0, len(whole), step)] + [whole, far, far[:4_096]]
    paths = [tmp_path / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    found = sizes((number, str(path)) for number, path in enumerate(paths))
    assert [row[1:3] if isinstance(row, ImageSize) else row[1:] for row in found] == [
        _size_or_reason(path) for path in paths
    ]


def _size_or_reason(path: Path) -> tuple[int, int] | tuple[str]:
    try:
        return shown_size(path)
    except ImageError as error:
        return (error.reason,)


@pytest.mark.parametrize(
    ("source_format", "box", "expected"),
    [
        ("lvis", (569.94, 66.29, 13.21, 184.37), (446, 29, 640, 288)),
        ("coco", (569.94, 66.29, 13.21, 184.37), (446, 29, 640, 288)),
        ("visual-genome", (208, 194, 206, 110), (166, 104, 455, 393)),
        ("visual-genome", (-20, -10, 50, 50), (0, 0, 40, 50)),
        ("visual-genome", (600, 400, 100, 100), (580, 380, 640, 480)),
        ("visual-genome", (-200, 10, 50, 50), None),
        ("visual-genome", (700, 10, 20, 20), None),
        ("visual-genome", (10, 10, -5, -5), None),
        ("visual-genome", (10, 10, 0, 0), None),
        ("visual-genome", (10.2, 10.2, 0.2, 0.2), None),
        ("lvis", (10.2, 10.2, 0.2, 0.2), (9, 9, 11, 11)),
        ("lvis", (639.5, 479.5, 0.2, 0.2), (638, 478, 640, 480)),
    ],
)
def test_a_box_becomes_a_square_cut_at_the_edges(
    source_format: str,
    box: tuple[float, float, float, float],
    expected: tuple[int, int, int, int] | None,
) -> None:
    floored = find_format(source_format).floors_boxes
    assert crop_box(box, (640, 480), floored=floored) == expected


_NUMBERS = st.integers(-3_000, 3_000) | st.floats(-3_000, 3_000, allow_subnormal=False)


@given(
    st.sampled_from(["lvis", "visual-genome"]),
    st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS),
    st.tuples(st.integers(1, 2_000), st.integers(1, 2_000)),
)
def test_what_is_left_of_a_box_lies_in_the_image(
    source_format: str, box: tuple[float, float, float, float], size: tuple[int, int]
) -> None:
    found = crop_box(box, size, floored=find_format(source_format).floors_boxes)
    if found is not None:
        left, top, right, bottom = found
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]


@pytest.mark.parametrize(
    ("mode", "kind", "jpeg_mode", "png_mode"),
    [
        ("RGB", "JPEG", "RGB", "RGB"),
        ("L", "JPEG", "L", "L"),
        ("CMYK", "JPEG", "RGB", "RGB"),
        ("RGB", "PNG", "RGB", "RGB"),
        ("RGBA", "PNG", "RGB", "RGBA"),
        ("LA", "PNG", "RGB", "LA"),
        ("P", "PNG", "RGB", "P"),
        ("P", "GIF", "RGB", "P"),
        ("1", "PNG", "L", "1"),
        ("F", "TIFF", "L", "L"),
        ("YCbCr", "TIFF", "RGB", "RGB"),
    ],
)
@pytest.mark.parametrize("box", [None, (10, 5, 20, 15)])
def test_any_colours_are_written_as_jpeg_and_png(
    tmp_path: Path,
    mode: str,
    kind: str,
    jpeg_mode: str,
    png_mode: str,
    box: tuple[int, int, int, int] | None,
) -> None:
    source = _save(tmp_path / "source", mode, kind)
    size = (10, 10) if box else (30, 20)
    for name, expected in (("a.JPEG", ("JPEG", jpeg_mode)), ("a.PNG", ("PNG", png_mode))):
        write_crop(source, box, tmp_path / name)
        assert _opened(tmp_path / name) == (*expected, size)
        with Image.open(tmp_path / name) as picture:
            grey = picture.convert("RGBA").convert("L")
        halves = grey.resize((2, 1), Image.Resampling.BOX)
        assert list(halves.tobytes()) == pytest.approx([20, 220], abs=20)


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path) -> None:
    source = tmp_path / "deep.png"
    Image.new("I;16", (30, 20), 128 * 256).save(source)
    write_crop(source, (0, 0, 10, 10), tmp_path / "a.jpg")
    write_crop(source, (0, 0, 10, 10), tmp_path / "a.png")
    assert _opened(tmp_path / "a.png")[1] == "I;16"
    with Image.open(tmp_path / "a.jpg") as picture:
        assert picture.mode == "L"
        assert picture.getextrema() == (128, 128)


def test_transparency_is_kept_in_png_and_dropped_in_jpeg(tmp_path: Path) -> None:
    source = _save(tmp_path / "a.png", "P", "PNG", transparency=bytes(256))
    write_crop(source, (0, 0, 30, 20), tmp_path / "crop.png")
    write_crop(source, (0, 0, 30, 20), tmp_path / "crop.jpg")
    with Image.open(tmp_path / "crop.png") as picture:
        assert picture.convert("RGBA").getchannel("A").getextrema() == (0, 0)
    assert _opened(tmp_path / "crop.jpg") == ("JPEG", "RGB", (30, 20))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_whole_image_keeps_its_bytes(tmp_path: Path, kind: str) -> None:
    source = _save(tmp_path / "source", kind=kind)
    target = tmp_path / f"target.{kind}"
    write_crop(source, None, target)
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_ino != source.stat().st_ino
    write_crop(io.BytesIO(source.read_bytes()), None, target)
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("box", [None, (0, 0, 30, 10)])
def test_a_crop_is_as_stored_and_nothing_turns_it(
    tmp_path: Path, kind: str, box: tuple[int, int, int, int] | None
) -> None:
    for name, option in (("exif", {"exif": _exif(6)}), ("xmp", {"xmp": XMP})):
        if name == "exif" or kind == "JPEG":
            source = _save(tmp_path / name, kind=kind, **option)
            target = tmp_path / f"{name}.{kind}"
            write_crop(source, box, target)
            assert (
                shown_size(target)
                == inspect(target, decode=False).stored
                == ((30, 10) if box else (30, 20))
            )
            with Image.open(target) as picture:
                assert not picture.info.keys() & {"exif", "xmp", "comment"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("box", [None, (0, 0, 5, 5)])
def test_an_image_cut_short_is_an_error_and_leaves_no_file(
    tmp_path: Path, kind: str, box: tuple[int, int, int, int] | None
) -> None:
    whole = tmp_path / "whole"
    Image.effect_noise((200, 200), 90).save(whole, kind)
    source = tmp_path / "source"
    source.write_bytes(whole.read_bytes()[:-2_000])
    assert shown_size(source) == (200, 200)
    with pytest.raises(ImageError, match="truncated"):
        write_crop(source, box, tmp_path / "out" / "a.jpg")
    assert not (tmp_path / "out").exists()


def test_the_same_crop_in_several_places_is_one_file(tmp_path: Path) -> None:
    source = _save(tmp_path / "a.jpg")
    targets = [tmp_path / name / "1" / "a.jpg" for name in ("all", "train")]
    for _ in range(2):
        write_crop(source, (0, 0, 9, 9), *targets)
        assert targets[0].samefile(targets[1])
    assert sorted(path.name for path in tmp_path.rglob("*a.jpg*")) == ["a.jpg"] * 3


def test_a_target_that_cannot_be_written_is_no_fault_of_the_image(tmp_path: Path) -> None:
    source = _save(tmp_path / "a.jpg")
    with pytest.raises(OvmrIndexError, match="check the folder") as caught:
        write_crop(source, None, source / "crop.jpg")
    assert not isinstance(caught.value, ImageError)
