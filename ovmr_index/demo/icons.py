"""The icons of the demo: the artwork of `icons.json`, one icon a synset."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from ovmr_index.demo.geometry import Polygon, polygons_of, trace


class Icon(NamedTuple):
    """A drawing in a square of 100 by 100, and where it may stand.

    `shapes` are (colour, polygon) from back to front; a colour is `#rrggbb`, a role (`main`,
    `dark`, `light`) or `clear`, which cuts a hole. `outlines` are the icon's outer polygons.
    `level` is `ground`, `sea`, `swim` or `air`, `turn` the largest rotation in degrees, and `size`
    relative to the others. `wnid` names the folder of ImageNet-21K-P (Fall 2011) and is empty where
    the published data have none.
    """

    scenes: tuple[str, ...]
    level: str
    mirror: bool
    turn: float
    size: float
    wnid: str
    colours: tuple[str, ...]
    shapes: tuple[tuple[str, Polygon], ...]
    outlines: tuple[Polygon, ...]


@cache
def icons() -> dict[str, Icon]:
    """Every icon by its synset: those of the demo's categories, then those of their substitutes."""
    artwork = json.loads(files(__package__).joinpath("icons.json").read_text(encoding="utf-8"))
    return {
        synset: _icon({**artwork.get(entry.get("like"), {}), **entry})
        for synset, entry in artwork.items()
    }


def _icon(entry: dict[str, Any]) -> Icon:
    shapes = tuple(
        (colour, polygon)
        for kind, colour, *numbers in entry["shapes"]
        for polygon in polygons_of(kind, numbers)
    )
    return Icon(
        scenes=tuple(entry["scenes"]),
        level=entry.get("level", "ground"),
        mirror=entry.get("mirror", True),
        turn=entry.get("turn", 8),
        size=entry.get("size", 1.0),
        wnid=entry.get("wnid", ""),
        colours=tuple(entry["colours"]),
        shapes=shapes,
        outlines=tuple(trace([(colour != "clear", polygon) for colour, polygon in shapes])),
    )
