"""A contact sheet: rows of small images with the name of each row, as one PNG."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

_WIDTH = 1700  # pixels that the sheet should not exceed, as far as one column allows
_COLUMNS = 3
_MARGIN, _GAP, _LABEL = 28, 10, 190
_PAGE, _CARD, _INK, _EMPTY, _CROSS = "#f5f4f0", "#ffffff", "#33363d", "#dcdcdc", "#a4a4a4"

Row = tuple[str, Sequence[Path]]


def contact_sheet(rows: Sequence[Row], output: Path, *, side: int = 96) -> None:
    """Write a PNG with one line a row: its name, then its images in squares of `side` pixels.

    Rows run down the first column, then the next; there are as many columns, three at most, as fit
    a page of 1,700 pixels. An image that cannot be read becomes a grey square with a cross.
    """
    longest = max((len(images) for _, images in rows), default=0)
    broad = _LABEL + longest * (side + _GAP)
    columns = max(1, min(_COLUMNS, (_WIDTH - _MARGIN) // (broad + _MARGIN), len(rows)))
    lines = -(-len(rows) // columns)
    size = (_MARGIN + columns * (broad + _MARGIN), 2 * _MARGIN + lines * (side + _GAP) - _GAP)
    sheet = Image.new("RGB", (size[0], max(size[1], 2 * _MARGIN)), _PAGE)
    for index, (name, images) in enumerate(rows):
        column, line = divmod(index, lines)
        corner = (_MARGIN + column * (broad + _MARGIN), _MARGIN + line * (side + _GAP))
        _draw_row(sheet, corner, name, images, side)
    sheet.save(output, "PNG")


def _draw_row(
    sheet: Image.Image, corner: tuple[int, int], name: str, images: Sequence[Path], side: int
) -> None:
    left, top = corner
    _draw_label(sheet, (left + _LABEL - 14, top + side // 2), name)
    for index, path in enumerate(images):
        sheet.paste(_thumbnail(path, side), (left + _LABEL + index * (side + _GAP), top))


def _draw_label(sheet: Image.Image, right: tuple[int, int], name: str) -> None:
    """The name, right-aligned at a point; a long one in two lines or more, broken at its spaces."""
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=17)
    lines: list[str] = []
    for word in name.replace("_", " ").split():
        if lines and pen.textlength(f"{lines[-1]} {word}", font) <= _LABEL - 18:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    pen.multiline_text(right, "\n".join(lines), _INK, font, anchor="rm", align="right")


def _thumbnail(path: Path, side: int) -> Image.Image:
    square = Image.new("RGB", (side, side), _CARD)
    try:
        with Image.open(path) as image:
            small = ImageOps.contain(image.convert("RGB"), (side, side))
    except (OSError, ValueError, Image.DecompressionBombError):
        return _crossed(side)
    square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return square


def _crossed(side: int) -> Image.Image:
    square = Image.new("RGB", (side, side), _EMPTY)
    pen, inset = ImageDraw.Draw(square), side * 0.3
    pen.line((inset, inset, side - inset, side - inset), _CROSS, 3)
    pen.line((inset, side - inset, side - inset, inset), _CROSS, 3)
    return square
