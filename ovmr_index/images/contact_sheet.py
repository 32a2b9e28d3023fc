"""Contact sheets: crops in a grid with the names of their categories, as pages in PNG."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image, ImageDraw, UnidentifiedImageError

from ovmr_index.images.sheet_text import font, wrapped

_WIDTH, _HEIGHT = 1_700, 4_000  # pixels of a page, as far as one crop allows
_MARGIN, _GAP, _LABEL, _BETWEEN = 28, 8, 190, 18
_NAME, _DETAIL, _CAPTION = 17, 12, 11  # sizes of the font
_LINE = 1.3  # of the size of the font, from line to line
_DETAIL_LINES = 6
_PAGE, _CARD, _INK, _QUIET, _EMPTY, _EDGE = (
    "#f5f4f0",
    "#ffffff",
    "#24262b",
    "#5c606a",
    "#e4e2dc",
    "#b9b6ae",
)


class Tile(NamedTuple):
    """A crop as a file, or why there is none; `caption` is written below it."""

    content: bytes | None
    problem: str = ""
    caption: str = ""


class Row(NamedTuple):
    """A category: its name, what else is said of it, and its crops in their order."""

    name: str
    details: Sequence[str]
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class Sheet:
    """How a contact sheet is laid out.

    Attributes:
        side: The side of the square that a crop is shown in, in pixels.
        across: How many crops are beside each other at most.
        captions: Whether there is room for the captions of the crops.
    """

    side: int = 96
    across: int = 10
    captions: bool = False

    @property
    def _step(self) -> tuple[int, int]:
        below = round(2 * _CAPTION * _LINE) if self.captions else 0
        return self.side + _GAP, self.side + _GAP + below

    def pages(self, rows: Sequence[Row]) -> Iterator[bytes]:
        """Yield the pages in PNG: rows run down a column of a page, then the next.

        A page is at most 1,700 pixels wide and 4,000 high. A category whose crops are more than a
        page holds goes on under its name.
        """
        widest = max((len(row.tiles) for row in rows), default=0)
        across = max(1, min(self.across, widest))
        parts = [part for row in rows for part in self._parts(row, across)]
        broad = _LABEL + across * self._step[0]
        columns = max(1, (_WIDTH - _MARGIN) // (broad + _MARGIN))
        while parts:
            page, parts = self._taken(parts, across, columns)
            yield _png(self._drawn(page, across, broad))

    def _parts(self, row: Row, across: int) -> Iterator[Row]:
        """Yield the parts of a row that a page can hold."""
        most = across * max(1, (_HEIGHT - 2 * _MARGIN) // self._step[1])
        for start in range(0, max(1, len(row.tiles)), most):
            name = row.name if start == 0 else f"{row.name} (continued)"
            yield row._replace(name=name, tiles=row.tiles[start : start + most])

    def _height(self, row: Row, across: int) -> int:
        lines = max(1, -(-len(row.tiles) // across))
        texts = sum(len(some) * _high(size) for some, size in _label(row))
        return max(lines * self._step[1] - _GAP, texts) + _BETWEEN

    def _taken(
        self, rows: Sequence[Row], across: int, columns: int
    ) -> tuple[list[list[Row]], list[Row]]:
        """Return the columns of the next page, which are about as long, and the rows that are left.

        They are as short as they can be where all rows find room.
        """
        heights = [self._height(row, across) for row in rows]
        limit = max(*heights, -(-sum(heights) // columns))
        most = max(_HEIGHT - 2 * _MARGIN, heights[0])
        while True:
            page, count = _filled(heights, min(limit, most), columns)
            if count == len(rows) or limit >= most:
                following = iter(rows)
                taken = [[next(following) for _ in range(size)] for size in page]
                return taken, list(following)
            limit += min(heights)

    def _drawn(self, page: Sequence[Sequence[Row]], across: int, broad: int) -> Image.Image:
        tall = max(sum(self._height(row, across) for row in column) for column in page)
        size = (_MARGIN + len(page) * (broad + _MARGIN), 2 * _MARGIN + tall - _BETWEEN)
        sheet = Image.new("RGB", size, _PAGE)
        for number, column in enumerate(page):
            left, top = _MARGIN + number * (broad + _MARGIN), _MARGIN
            for row in column:
                self._draw(sheet, (left, top), row, across)
                top += self._height(row, across)
        return sheet

    def _draw(self, sheet: Image.Image, corner: tuple[int, int], row: Row, across: int) -> None:
        left, top = corner
        pen, below = ImageDraw.Draw(sheet), top
        for lines, size in _label(row):
            for line in lines:
                ink = _INK if size == _NAME else _QUIET
                pen.text((left, below), line, ink, font(size))
                below += _high(size)
        wide, high = self._step
        for place, tile in enumerate(row.tiles):
            down, right = divmod(place, across)
            at = left + _LABEL + right * wide, top + down * high
            sheet.paste(_square(tile, self.side), at)
            if self.captions:
                for number, text in enumerate(wrapped(tile.caption, _CAPTION, self.side, 2)):
                    under = at[0], at[1] + self.side + 2 + number * _high(_CAPTION)
                    pen.text(under, text, _QUIET, font(_CAPTION))


def _filled(heights: Sequence[int], limit: int, columns: int) -> tuple[list[int], int]:
    """Return how many rows are in each column of a page, and how many are on it."""
    page, used = [0], 0
    for height in heights:
        if page[-1] and used + height > limit:
            if len(page) == columns:
                break
            page.append(0)
            used = 0
        page[-1] += 1
        used += height
    return page, sum(page)


def _label(row: Row) -> list[tuple[list[str], int]]:
    """Return the lines beside the crops of a row, with the size of their font."""
    width = _LABEL - 14
    details = [wrapped(detail, _DETAIL, width, _DETAIL_LINES) for detail in row.details]
    return [(wrapped(row.name, _NAME, width, 2), _NAME), *((some, _DETAIL) for some in details)]


def _high(size: int) -> int:
    return round(size * _LINE)


def _square(tile: Tile, side: int) -> Image.Image:
    """Return a crop in the middle of a square; a plain one that says why where there is none."""
    square = Image.new("RGB", (side, side), _CARD)
    if tile.content is not None:
        try:
            with Image.open(io.BytesIO(tile.content)) as image:
                small = image.convert("RGB")
        except (OSError, UnidentifiedImageError) as error:
            return _plain(side, str(error))
        square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
        return square
    return _plain(side, tile.problem)


def _plain(side: int, problem: str) -> Image.Image:
    square = Image.new("RGB", (side, side), _EMPTY)
    pen = ImageDraw.Draw(square)
    pen.rectangle((0, 0, side - 1, side - 1), outline=_EDGE)
    lines = wrapped(problem, _CAPTION, side - 12, side // _high(_CAPTION) - 1)
    pen.multiline_text(
        (side / 2, side / 2), "\n".join(lines), _QUIET, font(_CAPTION), anchor="mm", align="center"
    )
    return square


def _png(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()
