"""Sizes for readers: as stored and as shown, or why there is none."""

from pathlib import Path
from typing import Any

from PIL import Image

from ovmr_index.formats.placement import HeaderSizes
from ovmr_index.images.header_sizes import header_sizes

SIZE, TURNED = (64, 48), (48, 64)


def _save(path: Path, orientation: int, **options: Any) -> str:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", SIZE, "grey").save(path, exif=exif, **options)
    return str(path)


def test_sizes_come_in_the_order_of_the_paths(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    paths = [
        _save(tmp_path / "a.jpg", 1),
        _save(tmp_path / "turned.jpg", 6),
        _save(tmp_path / "turned.png", 8),
        _save(tmp_path / "progressive.jpg", 5, progressive=True, quality=30),
        str(tmp_path / "gone.jpg"),
        str(tmp_path / "text.jpg"),
        str(tmp_path),
    ]
    assert list(header_sizes(paths)) == [
        HeaderSizes(SIZE, SIZE),
        HeaderSizes(SIZE, TURNED),
        HeaderSizes(SIZE, TURNED),
        HeaderSizes(SIZE, TURNED),
        "No such file or directory",
        "not an image",
        "Is a directory",
    ]


def test_no_path_has_no_size() -> None:
    assert list(header_sizes([])) == []
