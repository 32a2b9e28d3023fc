"""Drawing: an icon into a box of an image, and the outline that it covers there."""

import math
from random import Random
from typing import NamedTuple

from PIL import Image, ImageColor, ImageDraw

from ovmr_index.demo.geometry import Polygon
from ovmr_index.demo.icons import Icon

_FINE = 3  # icons are drawn this many times larger and then reduced, which smooths their edges
# A tile's colours are multiplied by their opacity, as what is reduced must be.
_TILE = "RGBa"
_SHADOW = (5, 5, 9, 58)  # red 20, green 24 and blue 40 before that


class Box(NamedTuple):
    """A box in pixels; x and y are its upper left corner."""

    x: float
    y: float
    w: float
    h: float


def draw_icon(image: Image.Image, icon: Icon, box: Box, rng: Random) -> list[Polygon]:
    """Draw the icon as large as the box allows, standing in the middle of its lower edge.

    Colour, mirroring and a small rotation come from `rng`. Returns the icon's outer polygons in
    pixels of the image; all of them are within the box.
    """
    turned = _turn(icon, rng)
    outlines, shapes = turned.outlines, turned.shapes
    scale, left, top = _fit(outlines, box)
    placed = [_moved(polygon, scale, left, top) for polygon in outlines]
    corner = (math.floor(box.x) - 2, math.floor(box.y) - 2)
    tile = Image.new(_TILE, ((math.ceil(box.w) + 6) * _FINE, (math.ceil(box.h) + 10) * _FINE))
    if icon.level == "ground":
        _draw_shadow(tile, placed, corner)
    _draw_shapes(tile, _palette(icon, rng), shapes, (scale, left - corner[0], top - corner[1]))
    smooth = tile.reduce(_FINE).convert("RGBA")
    image.paste(smooth.convert("RGB"), corner, smooth.getchannel("A"))
    return placed


def shade(colour: str, factor: float) -> tuple[int, int, int]:
    """The colour darker (factor below 1) or blended with white (above 1), as red, green, blue."""
    red, green, blue = (_shaded(part, factor) for part in ImageColor.getrgb(colour)[:3])
    return red, green, blue


def _shaded(part: int, factor: float) -> int:
    return round(part * factor if factor <= 1 else part + (255 - part) * (factor - 1))


def _turn(icon: Icon, rng: Random) -> Icon:
    flip = -1 if icon.mirror and rng.random() < 0.5 else 1
    angle = math.radians(rng.uniform(-icon.turn, icon.turn))
    cos, sin = math.cos(angle), math.sin(angle)
    across, down = flip * cos, flip * sin

    def turned(polygon: Polygon) -> Polygon:
        """Return a polygon turned, and mirrored if that is drawn, about the middle."""
        return [
            ((x - 50) * across - (y - 50) * sin, (x - 50) * down + (y - 50) * cos)
            for x, y in polygon
        ]

    return icon._replace(
        shapes=tuple((colour, turned(polygon)) for colour, polygon in icon.shapes),
        outlines=tuple(turned(polygon) for polygon in icon.outlines),
    )


def bounds(polygons: list[Polygon] | tuple[Polygon, ...]) -> Box:
    """The smallest box around all points."""
    xs = [x for polygon in polygons for x, _ in polygon]
    ys = [y for polygon in polygons for _, y in polygon]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _fit(outlines: tuple[Polygon, ...], box: Box) -> tuple[float, float, float]:
    """The scale and the shift that bring the outlines into the box."""
    own = bounds(outlines)
    scale = min(box.w / own.w, box.h / own.h)
    left = box.x + (box.w - own.w * scale) / 2 - own.x * scale
    return scale, left, box.y + box.h - (own.y + own.h) * scale


def _moved(polygon: Polygon, scale: float, left: float, top: float) -> Polygon:
    return [(x * scale + left, y * scale + top) for x, y in polygon]


def _palette(icon: Icon, rng: Random) -> dict[str, tuple[int, ...]]:
    colour = "#{:02x}{:02x}{:02x}".format(*shade(rng.choice(icon.colours), rng.uniform(0.93, 1.06)))
    return {
        "main": shade(colour, 1),
        "dark": shade(colour, 0.8),
        "light": shade(colour, 1.4),
        "clear": (0, 0, 0, 0),
    }


def _draw_shadow(tile: Image.Image, outlines: list[Polygon], corner: tuple[int, int]) -> None:
    x, y, w, h = bounds(outlines)
    middle, low = (x + w / 2 - corner[0]) * _FINE, (y + h - corner[1]) * _FINE
    rx, ry = w * 0.42 * _FINE, min(w * 0.06, 6) * _FINE
    ImageDraw.Draw(tile).ellipse((middle - rx, low - ry, middle + rx, low + ry), fill=_SHADOW)


def _draw_shapes(
    tile: Image.Image,
    palette: dict[str, tuple[int, ...]],
    shapes: tuple[tuple[str, Polygon], ...],
    move: tuple[float, float, float],
) -> None:
    pen = ImageDraw.Draw(tile)
    scale, left, top = (part * _FINE for part in move)
    for colour, polygon in shapes:
        fill = palette.get(colour) or ImageColor.getrgb(colour)
        pen.polygon(_moved(polygon, scale, left, top), fill=fill)
