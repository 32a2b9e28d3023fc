"""Thumbnails show what crops show, are kept on the disk, and say why there is none."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from ovmr_index.formats.records import Box
from ovmr_index.images.crop import CropTask, crop_content
from ovmr_index.images.thumbnail_maker import ThumbnailMaker
from ovmr_index.images.thumbnails import Thumbnail, ThumbnailTask, render_thumbnail
from ovmr_index.storage.bounded_cache import BoundedCache, user_cache_folder

SIZE = (1280, 960)
TURNED = 6  # the EXIF orientation of a picture that is shown turned by 90 degrees
BOXES: list[Box | None] = [None, (200, 100, 300, 200), (0, 0, 1280, 960), (1200, 900, 80, 60)]


def _write(path: Path, orientation: int = 1) -> str:
    """Write a picture whose colours say where one is in it; return its path."""
    across = Image.linear_gradient("L").rotate(90).resize(SIZE)
    down = Image.linear_gradient("L").resize(SIZE)
    exif = Image.Exif()
    exif[274] = orientation
    whole = Image.merge("RGB", (across, down, Image.new("L", SIZE, 60)))
    whole.save(path, quality=95, exif=exif)
    return str(path)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of a picture, of which nothing is turned."""
    return _write(tmp_path_factory.mktemp("pictures") / "picture.jpg")


def _crop(path: str, box: Box | None = None, annotated: tuple[int, int] | None = None) -> CropTask:
    return CropTask(path, floored=False, box=box, targets=(Path("a.jpg"),), annotated=annotated)


def _shown(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("box", BOXES)
def test_shows_what_the_crop_shows(picture: str, box: Box | None) -> None:
    crop = _crop(picture, box)
    made = _shown(render_thumbnail(ThumbnailTask(crop, 96)).content)
    expected = _shown(crop_content(crop))
    expected.thumbnail((96, 96))
    assert max(made.size) == 96
    assert all(abs(a - b) <= 1 for a, b in zip(made.size, expected.size, strict=True))
    difference = ImageChops.difference(made, expected.resize(made.size))
    assert max(ImageStat.Stat(difference).mean) < 3


def test_makes_no_crop_larger(picture: str) -> None:
    made = _shown(render_thumbnail(ThumbnailTask(_crop(picture, (400, 400, 20, 10)), 192)).content)
    assert made.size == (28, 28)


@pytest.mark.parametrize("whole", [False, True])
def test_turns_an_image_as_its_box_is_meant(tmp_path: Path, *, whole: bool) -> None:
    path = _write(tmp_path / "turned.jpg", TURNED)
    crop = _crop(path, (100, 100, 300, 300), annotated=SIZE[::-1])
    made = _shown(render_thumbnail(ThumbnailTask(crop, 64, whole)).content)
    upright = Image.open(path).transpose(Image.Transpose.ROTATE_270)
    expected = upright if whole else _shown(crop_content(crop))
    assert made.size == ((48, 64) if whole else (64, 64))
    difference = ImageChops.difference(made, expected.resize(made.size))
    assert max(ImageStat.Stat(difference).mean) < 4


def test_says_why_there_is_none(tmp_path: Path, picture: str) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(Path(picture).read_bytes()[:5_000])
    text = tmp_path / "text.jpg"
    text.write_text("no image")
    crops = [_crop(str(path)) for path in (tmp_path / "none.jpg", cut, text, tmp_path)]
    crops += [_crop(picture, (5_000, 0, 10, 10)), _crop(picture, (0, 0, 9, 9), (100, 999))]
    made = [render_thumbnail(ThumbnailTask(crop, 96)) for crop in crops]
    assert [one.content for one in made] == [None] * 6
    assert [one.reason for one in made] == [
        "No such file or directory",
        "unreadable: image file is truncated (8 bytes not processed)",
        "not an image",
        "Is a directory",
        "the box leaves nothing of the image",
        "is 1280 x 960 pixels, the annotation file says 100 x 999",
    ]


def test_is_made_once_for_each_state_of_a_file(tmp_path: Path) -> None:
    task = ThumbnailTask(_crop(_write(tmp_path / "one.jpg")), 96)
    with ThumbnailMaker(BoundedCache(tmp_path / "cache", 1 << 20), workers=1) as maker:
        key = _key(maker, task)
        assert maker.kept(key) is None
        made = maker.make(task, key).result()
        assert made.content is not None
        assert maker.kept(key) == made
        assert _key(maker, task._replace(side=97)) != key
        os.utime(tmp_path / "one.jpg", ns=(1, 1))
        assert _key(maker, task) != key
        (tmp_path / "one.jpg").unlink()
        assert maker.key(task) == Thumbnail(None, "No such file or directory")


def _key(maker: ThumbnailMaker, task: ThumbnailTask) -> str:
    key = maker.key(task)
    assert isinstance(key, str)
    return key


def test_makes_nothing_that_nobody_waits_for(tmp_path: Path, picture: str) -> None:
    tasks = [ThumbnailTask(_crop(picture), side) for side in range(20, 60)]
    with ThumbnailMaker(BoundedCache(tmp_path / "cache", 1 << 20), workers=1) as maker:
        keys = [_key(maker, task) for task in tasks]
        asked = [maker.make(task, key) for task, key in zip(tasks, keys, strict=True)]
        given_up = [future.cancel() for future in asked[1:-1]]
        assert all(given_up)
        assert asked[-1].result().content is not None
        assert asked[0].result().content is not None
        assert [key for key in keys if maker.kept(key)] == [keys[0], keys[-1]]


def test_keeps_no_half_file(tmp_path: Path, picture: str) -> None:
    task = ThumbnailTask(_crop(picture), 96)
    cache = BoundedCache(tmp_path, 1 << 20)
    content = render_thumbnail(task).content
    assert content is not None
    maker = ThumbnailMaker(cache)
    cache.put("half", content[:-100])
    cache.put("whole", content)
    assert (maker.kept("half"), maker.kept("whole")) == (None, Thumbnail(content))


def test_cache_drops_what_was_used_long_ago(tmp_path: Path) -> None:
    cache = BoundedCache(tmp_path, 10_000)
    for number in range(10):
        cache.put(f"key{number}", bytes([number]) * 1_000)
        os.utime(tmp_path / "ke" / f"y{number}", (number, number))
    assert cache.get("key0") is not None  # which is now used last
    cache.put("key10", bytes(1_000))
    kept = [number for number in range(11) if cache.get(f"key{number}") is not None]
    assert kept == [0, 3, 4, 5, 6, 7, 8, 9, 10]


def test_cache_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for cache in (BoundedCache(None, 100), BoundedCache(tmp_path / "file" / "below", 100)):
        cache.put("key", b"content")
        assert cache.get("key") is None


def test_cache_is_in_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert user_cache_folder("name") == Path("/caches/name")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_cache_folder("name") == Path("/home/somebody/.cache/name")
