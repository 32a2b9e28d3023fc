"""JPEGs that end in zeros: those whose rest was not copied are unreadable, others are whole."""

import io
import random
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.images.crop import CropTask, render_all
from ovmr_index.images.ends import is_whole
from ovmr_index.images.header import ImageError, inspect
from ovmr_index.storage.tar_members import TarMember
from tests.support.tars import tar_of

OPTIONS = [
    {"quality": 90},
    {"quality": 98, "subsampling": 0},
    {"quality": 90, "optimize": True},
    {"quality": 90, "progressive": True},
]
IDS = ["90", "98", "optimized", "progressive"]
CUT = "is cut short: its last [0-9,]+ bytes are zeros"
# What an image has behind its end, and a JPEG that was written without an end.
TAILS = [bytes(2), bytes(512), bytes(40_000), b"notes", b"notes" + bytes(600), b"\0" * 30 + b"end"]


def _noise() -> Image.Image:
    """Return noise that is the same in every run."""
    return Image.frombytes("L", (320, 240), random.Random(1).randbytes(320 * 240)).convert("RGB")


@cache
def _content(kind: str = "JPEG", /, **options: int) -> bytes:
    """Return an image of which zeros can stand for any part: no part is grey alone."""
    image = _noise()
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def _zeroed(content: bytes, percent: int) -> bytes:
    start = len(content) * percent // 100
    return content[:start] + bytes(len(content) - start)


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=IDS)
@pytest.mark.parametrize("percent", [5, 10, 25, 50, 75, 90, 95, 99])
def test_a_jpeg_whose_rest_is_zeros_is_unreadable(
    tmp_path: Path, options: dict[str, int], percent: int
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(_zeroed(_content(**options), percent))
    with pytest.raises(ImageError, match=CUT):
        inspect(path, decode=True)
    assert inspect(path, decode=False).stored == (320, 240)
    assert not is_whole(path, "JPEG")
    tasks = [
        CropTask(str(path), False, box, (tmp_path / "crop.jpg",)) for box in (None, (1, 1, 9, 9))
    ]
    for done in render_all(tasks):
        assert (done.problem or "").startswith("is cut short")
    assert not (tmp_path / "crop.jpg").exists()


def test_one_in_a_tar(tmp_path: Path) -> None:
    content = _zeroed(_content(quality=90), 40)
    path = tmp_path / "a.tar"
    path.write_bytes(tar_of({"a.jpg": content}))
    member = TarMember(str(path), "a.jpg", 512, len(content))
    with pytest.raises(ImageError, match=f"a.tar: a.jpg: {CUT}"):
        inspect(member, decode=True)
    (done,) = render_all([CropTask(member, False, (1, 1, 9, 9), (tmp_path / "crop.jpg",))])
    assert (done.problem or "").startswith("is cut short")


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS, ids=IDS)
@pytest.mark.parametrize("tail", TAILS, ids=range(len(TAILS)))
def test_what_follows_the_end_of_a_jpeg_is_padding(
    tmp_path: Path, options: dict[str, int], tail: bytes
) -> None:
    path, crop = tmp_path / "a.jpg", tmp_path / "crop.jpg"
    path.write_bytes(_content(**options) + tail)
    assert inspect(path, decode=True).stored == (320, 240)
    (done,) = render_all([CropTask(str(path), False, None, (crop,))])
    assert done.problem is None
    assert crop.read_bytes() == path.read_bytes()


def test_a_jpeg_without_an_end_that_is_padded(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(_content(quality=90)[:-2] + bytes(4_096))
    assert inspect(path, decode=True).stored == (320, 240)


def test_several_images_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    first, second = (_noise() for _ in range(2))
    first.save(path, "MPO", save_all=True, append_images=[second])
    content = path.read_bytes()
    for whole in (content, content + bytes(512), _zeroed(content, 75)):  # the first is shown
        path.write_bytes(whole)
        assert inspect(path, decode=True).kind == "MPO"
    path.write_bytes(_zeroed(content, 25))
    with pytest.raises(ImageError, match=CUT):
        inspect(path, decode=True)


@pytest.mark.slow
@pytest.mark.parametrize("percent", [5, 50, 95, 99])
def test_a_png_has_checksums(tmp_path: Path, percent: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_zeroed(_content("PNG"), percent))
    with pytest.raises(ImageError, match="unreadable"):
        inspect(path, decode=True)
    path.write_bytes(_content("PNG") + bytes(512))
    assert inspect(path, decode=True).kind == "PNG"
