"""Names of images: what Pillow can decode, in any case, and by the first bytes without a suffix."""

import io

import pytest
from PIL import Image, features

from ovmr_index.storage import image_names
from ovmr_index.storage.image_names import SUFFIXES_OF, begins_as_image, formats_to_try, suffix_of


def test_suffixes_are_those_that_pillow_registers() -> None:
    Image.init()
    registered: dict[str, set[str]] = {}
    for suffix, kind in Image.registered_extensions().items():
        registered.setdefault("JPEG" if kind == "MPO" else kind, set()).add(suffix)
    for kind, suffixes in SUFFIXES_OF.items():
        assert kind in Image.OPEN
        assert set(suffixes) == registered[kind], kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000"])
def test_first_bytes_and_formats_agree(kind: str) -> None:
    if kind in ("AVIF", "JPEG2000") and not features.check(
        {"JPEG2000": "jpg_2000"}.get(kind, "avif")
    ):
        pytest.skip(f"this Pillow has no {kind}")
    output = io.BytesIO()
    Image.new("RGB", (40, 30)).save(output, kind)
    assert begins_as_image(output.getvalue()[: image_names.HEAD])
    assert kind in formats_to_try("whatever.jpg")


@pytest.mark.parametrize("head", [b"", b"hello, world", b"RIFF....WAVE", b"%PDF-1.7", bytes(16)])
def test_other_first_bytes(head: bytes) -> None:
    assert not begins_as_image(head)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.JPG", ".jpg"), ("a", ""), ("a.", ""), (".jpg", ""), ("a.b.c", ".c"), ("2020.12.31", "")],
)
def test_suffixes(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def test_weak_formats_are_tried_where_the_suffix_asks_for_them() -> None:
    assert "TGA" not in formats_to_try("a.jpg")
    assert "TGA" in formats_to_try("a.TGA")
