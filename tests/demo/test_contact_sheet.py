"""The contact sheet of the demo."""

from pathlib import Path

import pytest
from PIL import Image

from ovmr_index.demo.contact_sheet import contact_sheet


def _image(folder: Path, colour: str, size: tuple[int, int]) -> Path:
    path = folder / f"{colour}.png"
    Image.new("RGB", size, colour).save(path)
    return path


def _colours(path: Path) -> set[object]:
    with Image.open(path) as sheet:
        return {colour for _, colour in sheet.getcolors(1 << 24) or []}


@pytest.mark.slow
def test_forty_rows_of_five_fill_two_columns(tmp_path: Path) -> None:
    crop = _image(tmp_path, "red", (40, 80))
    contact_sheet([("apple", [crop] * 5)] * 40, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
        assert 1500 <= sheet.width <= 1800
        assert 20 * 96 < sheet.height < 20 * 120


@pytest.mark.slow
def test_a_crop_keeps_its_shape_and_its_row_has_a_name(tmp_path: Path) -> None:
    crop = _image(tmp_path, "red", (40, 80))
    named, bare = tmp_path / "named.png", tmp_path / "bare.png"
    contact_sheet([("apple", [crop])], named, side=60)
    contact_sheet([("", [crop])], bare, side=60)
    with Image.open(named) as sheet:
        numbers = {colour: number for number, colour in sheet.getcolors(1 << 24) or []}
    assert numbers[(255, 0, 0)] == 30 * 60
    assert named.read_bytes() != bare.read_bytes()


@pytest.mark.slow
def test_a_crop_that_cannot_be_read_is_a_grey_square(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no image")
    for path in (broken, tmp_path / "missing.jpg"):
        contact_sheet([("apple", [path])], tmp_path / "sheet.png")
        assert (0xDC, 0xDC, 0xDC) in _colours(tmp_path / "sheet.png")


def test_no_rows_make_an_empty_page(tmp_path: Path) -> None:
    contact_sheet([], tmp_path / "sheet.png")
    assert len(_colours(tmp_path / "sheet.png")) == 1


def test_the_same_crops_make_the_same_bytes(tmp_path: Path) -> None:
    rows = [("apple", [_image(tmp_path, "red", (40, 80))])]
    for name in ("one.png", "two.png"):
        contact_sheet(rows, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
