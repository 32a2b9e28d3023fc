"""Contact sheets: their pages, their text, and squares without a crop."""

import io
from collections.abc import Sequence

import pytest
from PIL import Image, ImageChops

from ovmr_index.images.contact_sheet import Row, Sheet, Tile
from ovmr_index.images.sheet_text import drawable, font, wrapped

pytestmark = pytest.mark.slow


def _crop(colour: str, size: tuple[int, int] = (96, 60)) -> Tile:
    output = io.BytesIO()
    Image.new("RGB", size, colour).save(output, "PNG")
    return Tile(output.getvalue())


def _pages(rows: Sequence[Row], sheet: Sheet | None = None) -> list[Image.Image]:
    return [Image.open(io.BytesIO(page)) for page in (sheet or Sheet()).pages(rows)]


def _rows(count: int, shots: int) -> list[Row]:
    tile = _crop("red")
    return [Row(f"name {i}", (f"name.n.{i}",), [tile] * shots) for i in range(count)]


@pytest.mark.parametrize(
    ("count", "shots", "pages"), [(1, 1, 1), (3, 5, 1), (70, 5, 2), (1, 400, 2), (2, 0, 1)]
)
def test_a_page_has_a_limit(count: int, shots: int, pages: int) -> None:
    found = _pages(_rows(count, shots))
    assert len(found) == pages
    for page in found:
        assert page.width <= 1_700
        assert page.height <= 4_000


def test_each_crop_is_on_a_page_once() -> None:
    rows = [Row(f"{n}", (), [_crop(f"#{n:02x}{i:02x}ff") for i in range(23)]) for n in range(4)]
    seen: dict[tuple[int, ...], int] = {}
    for page in _pages(rows, Sheet(side=96, across=4)):
        for count, colour in page.getcolors(1 << 24) or ():
            if isinstance(colour, tuple) and colour[2] == 255 and colour[0] < 4:
                seen[colour] = seen.get(colour, 0) + count
    assert seen == {(n, i, 255): 96 * 60 for n in range(4) for i in range(23)}


def test_the_same_crops_give_the_same_bytes() -> None:
    assert [*Sheet().pages(_rows(7, 3))] == [*Sheet().pages(_rows(7, 3))]


@pytest.mark.parametrize("tile", [Tile(None, "No such file or directory"), Tile(b"no image")])
def test_a_crop_that_is_missing_has_a_square_that_says_so(tile: Tile) -> None:
    (page,) = _pages([Row("apple", (), [tile])])
    (empty,) = _pages([Row("apple", (), [Tile(None, "")])])
    assert page.size == empty.size
    assert ImageChops.difference(page, empty).getbbox() is not None


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("<script> \"quoted\" & 'so'", "<script> \"quoted\" & 'so'"),
        ("\u82f9\u679c", "\\u82f9\\u679c"),
        ("a\nb\x1b\u202e", "a\\nb\\x1b\\u202e"),
        ("e\u0301", "\\xe9"),
    ],
)
def test_what_the_font_lacks_is_escaped(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


@pytest.mark.parametrize("text", ["word " * 90, "w" * 500, "", "\u82f9" * 80])
def test_lines_are_as_wide_as_they_may_be(text: str) -> None:
    lines = wrapped(text, 12, 150, 3)
    assert len(lines) <= 3
    assert all(font(12).getlength(line) <= 150 for line in lines)
    assert not text or lines[-1].endswith("…")
