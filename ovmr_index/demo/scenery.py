"""The backgrounds that icons stand on: seven kinds of place, each a little different every time."""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from ovmr_index.demo.paint import shade

HORIZON = 0.42  # where the ground begins, as a part of the height
_FINE = 2  # backgrounds are drawn this many times larger and then reduced

Pen = ImageDraw.ImageDraw
Colours = tuple[str, str]

# Upper and lower colour of what is above the horizon, the same of what is below it.
_GROUNDS: dict[str, tuple[Colours, Colours]] = {
    "meadow": (("#8fcdf2", "#e3f4fb"), ("#a5d46a", "#6fb04a")),
    "street": (("#a9d3ee", "#f2ece0"), ("#a3a8b0", "#7c828c")),
    "beach": (("#7cc4f0", "#dff3fa"), ("#f6e3b4", "#e6c88a")),
    "snow": (("#a9c8e6", "#eaf2f9"), ("#f4f9fd", "#cfe0ee")),
    "water": (("#5cc0d8", "#3a9fc6"), ("#3a9fc6", "#236f9c")),
    "table": (("#f3e7d6", "#ead8c0"), ("#c99a68", "#a97a4b")),
    "room": (("#dfe6e2", "#cbd8d3"), ("#c4a484", "#a38262")),
}
_WALLS: tuple[Colours, ...] = (
    ("#f3e7d6", "#e8d6be"),
    ("#dbe7ea", "#c4d6dc"),
    ("#f0dcd8", "#e3c8c2"),
    ("#e4e8d4", "#d2d9bb"),
    ("#e3deee", "#cfc7e0"),
)


def background(place: str, size: tuple[int, int], rng: Random) -> Image.Image:
    """An image (RGB) of a place: one of meadow, street, beach, snow, water, table and room."""
    width, height = size[0] * _FINE, size[1] * _FINE
    line = round(height * HORIZON)
    above, below = _GROUNDS[place]
    if place in ("table", "room"):
        above = rng.choice(_WALLS)
    image = Image.new("RGB", (width, height))
    image.paste(_gradient(above, (width, line)))
    image.paste(_gradient(below, (width, height - line)), (0, line))
    _DECORATIONS[place](ImageDraw.Draw(image), (width, height, line), rng)
    return image.reduce(_FINE)


def _gradient(colours: Colours, size: tuple[int, int]) -> Image.Image:
    column = (1, size[1])
    upper, lower = (Image.new("RGB", column, colour) for colour in colours)
    mixed = Image.composite(lower, upper, Image.linear_gradient("L").resize(column))
    return mixed.resize(size, Image.Resampling.NEAREST)


def _sun_and_clouds(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, _, line = size
    radius, x = line * 0.13, rng.uniform(0.1, 0.9) * width
    y = rng.uniform(0.15, 0.4) * line
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#fff3c4")
    for _ in range(rng.randint(1, 3)):
        x, y, unit = rng.random() * width, rng.uniform(0.12, 0.55) * line, line * 0.07
        for dx, dy, r in ((-1.7, 0.2, 1.0), (0, -0.3, 1.5), (1.6, 0.2, 1.1)):
            cx, cy, radius = x + dx * unit, y + dy * unit, r * unit
            pen.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill="#f8fcfe")
        pen.rounded_rectangle(
            (x - 2.7 * unit, y, x + 2.7 * unit, y + 1.2 * unit), unit * 0.6, "#f8fcfe"
        )


def _meadow(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    _sun_and_clouds(pen, size, rng)
    for colour, rise in (("#b9d9a8", 0.34), ("#98c982", 0.2)):
        x, reach = rng.uniform(0, width), width * rng.uniform(0.5, 0.8)
        hill = (x - reach, line - line * rise, x + reach, line + line * rise)
        pen.pieslice(hill, 180, 360, fill=colour)
    pen.rectangle((0, line, width, line + height * 0.03), fill="#a9d670")
    for _ in range(26):
        x, y = rng.random() * width, rng.uniform(line + height * 0.05, height)
        blade = height * 0.018
        pen.line((x, y, x - blade / 2, y - blade), fill="#5c9c3e", width=3)
        pen.line((x, y, x + blade / 2, y - blade), fill="#5c9c3e", width=3)


def _street(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    x = -rng.uniform(0, 0.1) * width
    while x < width:
        broad, top = rng.uniform(0.12, 0.22) * width, rng.uniform(0.2, 0.7) * line
        wall = rng.choice(("#d9b99b", "#c9a3a0", "#b4bccb", "#d8cbb0", "#a9b9b4"))
        pen.rectangle((x, top, x + broad, line), fill=wall)
        _windows(pen, (x, top, broad, line), shade(wall, 0.82))
        x += broad
    pen.rectangle((0, line, width, line + height * 0.09), fill="#cfcac0")
    pen.rectangle((0, line + height * 0.09, width, line + height * 0.105), fill="#a9a498")
    for dash in range(-1, 8):
        left = (dash + rng.random() * 0.05) * width * 0.16
        pen.rectangle((left, height * 0.795, left + width * 0.08, height * 0.81), fill="#e9e6da")


def _windows(pen: Pen, house: tuple[float, float, float, float], colour: tuple[int, ...]) -> None:
    x, top, broad, line = house
    step, y = broad / 4, top + broad * 0.15
    while y + step < line:
        for column in range(3):
            left = x + step * (column + 0.75)
            pen.rectangle((left, y, left + step * 0.5, y + step * 0.7), fill=colour)
        y += step * 1.15


def _beach(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    _sun_and_clouds(pen, size, rng)
    shore = line + height * 0.1
    pen.rectangle((0, line - height * 0.04, width, shore), fill="#3f9fce")
    pen.rectangle((0, line + height * 0.03, width, shore), fill="#5bb6dc")
    pen.rectangle((0, shore - height * 0.012, width, shore), fill="#f4fbfd")
    for _ in range(40):
        x, y = rng.random() * width, rng.uniform(shore + 8, height)
        pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill="#cfae70")


def _snow(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    for x in range(0, width, max(width // 14, 1)):
        tall, half = rng.uniform(0.2, 0.5) * line, width * 0.035
        pen.polygon((x - half, line, x, line - tall, x + half, line), fill="#7fa3a6")
        pen.polygon(
            (x - half * 0.4, line - tall * 0.6, x, line - tall, x + half * 0.4, line - tall * 0.6),
            fill="#f4f9fd",
        )
    for _ in range(60):
        left, top, flake = rng.random() * width, rng.random() * height, rng.uniform(4, 10)
        pen.ellipse((left, top, left + flake, top + flake), fill="#ffffff")


def _water(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, _ = size
    pen.rectangle((0, height * 0.88, width, height), fill="#d9c593")
    for _ in range(9):
        x, tall = rng.random() * width, rng.uniform(0.15, 0.4) * height
        points = [(x + (-1) ** i * width * 0.012, height * 0.97 - tall * i / 5) for i in range(6)]
        pen.line(points, fill="#2f8f6b", width=round(width * 0.012), joint="curve")
    for _ in range(22):
        x, y, r = rng.random() * width, rng.uniform(0, height * 0.8), rng.uniform(4, 10)
        pen.ellipse((x - r, y - r, x + r, y + r), outline="#c8edf5", width=3)


def _table(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    _window(pen, size, rng)
    pen.rectangle((0, line, width, line + height * 0.015), fill="#e0b98a")
    for row in range(1, 5):
        y = line + (height - line) * (row / 4.6) ** 1.25
        pen.line((0, y, width, y), fill="#b4875a", width=4)


def _room(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, height, line = size
    _window(pen, size, rng)
    pen.rectangle((0, line - height * 0.03, width, line), fill="#f6f3ec")
    middle = width * rng.uniform(0.35, 0.65)
    rug = rng.choice(("#b5654f", "#5f7f8f", "#7d8a5a", "#8a6a8f"))
    for reach, colour in ((0.44, shade(rug, 1.15)), (0.38, shade(rug, 1.35))):
        low = height * (0.76 + reach * 0.45)
        pen.ellipse(
            (middle - reach * width, height * 0.98 - reach * height, middle + reach * width, low),
            fill=colour,
        )


def _window(pen: Pen, size: tuple[int, int, int], rng: Random) -> None:
    width, _, line = size
    x, broad = rng.uniform(0.05, 0.65) * width, width * 0.26
    frame = (x, line * 0.1, x + broad, line * 0.78)
    pen.rectangle(frame, fill="#bfe1f2", outline="#fbf8f1", width=round(width * 0.012))
    pen.line((x + broad / 2, frame[1], x + broad / 2, frame[3]), fill="#fbf8f1", width=8)
    pen.line((x, line * 0.44, x + broad, line * 0.44), fill="#fbf8f1", width=8)


_DECORATIONS: dict[str, Callable[[Pen, tuple[int, int, int], Random], None]] = {
    "meadow": _meadow,
    "street": _street,
    "beach": _beach,
    "snow": _snow,
    "water": _water,
    "table": _table,
    "room": _room,
}
