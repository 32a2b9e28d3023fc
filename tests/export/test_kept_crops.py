"""Crops and copies that are there: kept where they are of the image as it is now, and no other."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.export.crop_layouts import plan_published
from ovmr_index.export.crops import FINGERPRINT, write_crops
from ovmr_index.export.images import write_images
from ovmr_index.export.report import WrittenImages
from ovmr_index.export.required_images import RequiredImage
from ovmr_index.progress import silent
from ovmr_index.storage.tar_members import TarMember
from tests.export.test_crops import category, draw, pick
from tests.support.tars import tar_of

OLD, OLDER = 1_000_000_000, 900_000_000  # seconds
FUTURE = (1 << 63) // 1_000_000_000 + 1_000  # after April 2262


def _image(path: Path, colour: str, at: int) -> Path:
    """Draw an image of this colour and time, in seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path, "BMP")  # of one size whatever it shows
    os.utime(path, (at, at))
    return path


def _folder_is_replaced(root: Path) -> None:
    (root / "n1").rename(root / "before")
    (root / "older").rename(root / "n1")


def _file_is_replaced(root: Path) -> None:
    (root / "older" / "a.bmp").rename(root / "n1" / "a.bmp")


def _link_leads_elsewhere(root: Path) -> None:
    (root / "n1" / "a.bmp").unlink()
    (root / "n1" / "a.bmp").symlink_to("../older/a.bmp")


def _folder_link_leads_elsewhere(root: Path) -> None:
    (root / "n1").rename(root / "before")
    (root / "n1").symlink_to("older")


REPLACED = [
    _folder_is_replaced,
    _file_is_replaced,
    _link_leads_elsewhere,
    _folder_link_leads_elsewhere,
]


def _two_folders(root: Path) -> None:
    """Draw a class folder, and one of older images under the same names."""
    _image(root / "n1" / "a.bmp", "red", OLD)
    _image(root / "older" / "a.bmp", "blue", OLDER)
    time.sleep(0.02)  # the clock of a file system may be coarse


def _is_blue(path: Path) -> bool:
    with Image.open(path) as crop:
        return crop.convert("RGB").tobytes()[2] > 200


@pytest.mark.parametrize("box", [None, (5, 5, 10, 10)])
@pytest.mark.parametrize("replace", REPLACED)
def test_an_older_image_in_the_place_of_another_is_cropped(
    tmp_path: Path, replace: Callable[[Path], None], box: tuple[int, int, int, int] | None
) -> None:
    _two_folders(tmp_path)
    crops = plan_published([category([pick(tmp_path, "n1/a.bmp", box)])])
    folder = tmp_path / "crops"
    assert write_crops(crops, folder, silent) == WrittenImages(1, 0, [])
    assert write_crops(crops, folder, silent) == WrittenImages(0, 1, [])
    replace(tmp_path)
    assert write_crops(crops, folder, silent) == WrittenImages(1, 0, [])
    assert all(_is_blue(folder / path) for path in crops[0].targets)
    assert write_crops(crops, folder, silent) == WrittenImages(0, 1, [])


@pytest.mark.parametrize("replace", REPLACED)
def test_an_older_image_in_the_place_of_another_is_copied(
    tmp_path: Path, replace: Callable[[Path], None]
) -> None:
    _two_folders(tmp_path)
    images = [RequiredImage("d", "n1/a.bmp", f"{tmp_path}/n1/a.bmp")]
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(1, 0, [])
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(0, 1, [])
    replace(tmp_path)
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(1, 0, [])
    assert _is_blue(tmp_path / "out" / "d" / "n1" / "a.bmp")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_older_copy_of_the_same_size_in_bytes_is_replaced(tmp_path: Path, kind: str) -> None:
    source, other = tmp_path / "a", tmp_path / "b"
    Image.new("RGB", (40, 30), "red").save(source, kind)
    content = bytearray(source.read_bytes())
    content[len(content) // 2] ^= 1
    other.write_bytes(content)
    os.utime(other, (OLDER, OLDER))
    images = [RequiredImage("d", "a", f"{source}")]
    assert write_images(images, tmp_path / "out", silent).written == 1
    time.sleep(0.02)
    other.rename(source)
    assert write_images(images, tmp_path / "out", silent).written == 1
    assert (tmp_path / "out" / "d" / "a").read_bytes() == content
    assert write_images(images, tmp_path / "out", silent).kept == 1


def test_an_older_tar_in_the_place_of_another_is_read(tmp_path: Path) -> None:
    tar = tmp_path / "n1.tar"
    for path, colour, at in ((tar, "red", OLD), (tmp_path / "older.tar", "blue", OLDER)):
        path.write_bytes(tar_of({"a.bmp": _image(tmp_path / "a.bmp", colour, at).read_bytes()}))
        os.utime(path, (at, at))
    size = (tmp_path / "a.bmp").stat().st_size
    images = [RequiredImage("d", "n1/a.bmp", TarMember(str(tar), "a.bmp", 512, size))]
    time.sleep(0.02)
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(1, 0, [])
    copy = tmp_path / "out" / "d" / "n1" / "a.bmp"
    assert copy.stat().st_mtime == OLD
    (tmp_path / "older.tar").rename(tar)
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(1, 0, [])
    assert _is_blue(copy)


@pytest.mark.parametrize("at", [4_000_000_000, FUTURE, 0])
def test_a_time_that_is_odd_does_not_write_each_time(tmp_path: Path, at: int) -> None:
    draw(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", (at, at))
    crops = plan_published([category([pick(tmp_path, "a.jpg", (5, 5, 10, 10))])])
    images = [RequiredImage("d", "a.jpg", f"{tmp_path}/a.jpg")]
    for expected in (WrittenImages(1, 0, []), WrittenImages(0, 1, [])):
        assert write_crops(crops, tmp_path / "crops", silent) == expected
        assert write_images(images, tmp_path / "out", silent) == expected


def test_a_box_of_an_image_that_has_another_size_now_is_cropped_again(tmp_path: Path) -> None:
    Image.new("RGB", (100, 80), "red").save(tmp_path / "a.jpg")
    draw(tmp_path, "b.jpg")
    folder = tmp_path / "crops"
    box = (20, 20, 59, 59)

    def crop(size: tuple[int, int]) -> tuple[int, int, tuple[int, int]]:
        picks = [pick(tmp_path, "a.jpg", box, size), pick(tmp_path, "b.jpg")]
        crops = plan_published([category(picks)])
        report = write_crops(crops, folder, silent)
        with Image.open(folder / crops[0].targets[0]) as image:
            return report.written, report.kept, image.size

    assert crop((100, 80)) == (2, 0, (82, 72))
    assert crop((100, 80)) == (0, 2, (82, 72))
    assert crop((200, 160)) == (1, 1, (41, 41))
    assert crop((200, 160)) == (0, 2, (41, 41))
    (tmp_path / "a.jpg").rename(tmp_path / "away.jpg")
    assert crop((100, 80)) == (0, 2, (41, 41))
    (tmp_path / "away.jpg").rename(tmp_path / "a.jpg")
    assert crop((100, 80)) == (1, 1, (82, 72))
    assert crop((10, 80)) == (0, 1, (82, 72))  # of another shape: named each time
    assert crop((10, 80)) == (0, 1, (82, 72))


def test_crops_of_an_earlier_version_are_made_once_more(tmp_path: Path) -> None:
    draw(tmp_path, "a.jpg")
    crops = plan_published([category([pick(tmp_path, "a.jpg", (5, 5, 10, 10), (40, 30))])])
    folder = tmp_path / "crops"
    write_crops(crops, folder, silent)
    mark = folder / FINGERPRINT
    mark.write_bytes(mark.read_bytes().partition(b"\n")[0] + b"\n")
    for path in crops[0].targets:
        os.utime(folder / path)
    assert write_crops(crops, folder, silent) == WrittenImages(1, 0, [])
    assert write_crops(crops, folder, silent) == WrittenImages(0, 1, [])


def test_a_copy_of_an_earlier_version_is_compared_once_and_kept(tmp_path: Path) -> None:
    draw(tmp_path, "a.jpg")
    images = [RequiredImage("d", "a.jpg", f"{tmp_path}/a.jpg")]
    write_images(images, tmp_path / "out", silent)
    copy = tmp_path / "out" / "d" / "a.jpg"
    os.utime(copy, (OLD, OLD))
    assert write_images(images, tmp_path / "out", silent) == WrittenImages(0, 1, [])
    assert copy.stat().st_mtime_ns == (tmp_path / "a.jpg").stat().st_mtime_ns
