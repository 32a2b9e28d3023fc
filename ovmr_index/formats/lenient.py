"""Values of annotation files by their meaning, whatever form they have; docs/inputs.md shows it.

A value of another form is changed into the one that is read. A value without a meaning comes back
as it is, to be refused by the type that it should have.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Raw

from ovmr_index.errors import shortened

FREQUENCY_WORDS = {"frequent": "f", "common": "c", "rare": "r"}
FREQUENCIES = tuple(FREQUENCY_WORDS.values())
HOLDS_NUL = "its name, synset or frequency holds a NUL character"
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,19}\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]{1,19}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\s*")
_KEY = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HIGHEST_KEY = 2**63 - 1
_LARGEST_EXACT = 2**53  # from here on a float may stand for several whole numbers
_FLAGS = {"0": False, "0.0": False, "false": False, "1": True, "1.0": True, "true": True, "": False}
_LEAST_POLYGON = 6  # numbers: three points

Json = dict[str, Any]
Changes = Mapping[str, Callable[[Any], Any]]
T = TypeVar("T")

_OBJECT = msgspec.json.Decoder(dict[str, Any])


def read(decoder: msgspec.json.Decoder[T], raw: Raw, changes: Changes) -> T:
    """Return a record as its type, with its members by their meaning where they have another form.

    Raises one of `json_document.WRONG`, for the first member without a meaning.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        given = members(raw)
        return msgspec.convert(given | changed(given, changes), decoder.type)


def members(raw: Raw) -> Json:
    """Return the members of a record as they are; raises ValidationError for what is no object."""
    return _OBJECT.decode(raw)


def is_same(value: Any, other: Any) -> bool:
    """Return whether two values are written alike: 1, 1.0 and "1" are not."""
    return msgspec.json.encode(value) == msgspec.json.encode(other)


def changed(given: Json, changes: Changes) -> Json:
    """Return the members of a record that `changes` names, each by its meaning."""
    return {one: change(given[one]) for one, change in changes.items() if one in given}


def is_crowd(flag: object) -> bool:
    """Return whether the value of `iscrowd` says that a box is drawn around many things.

    Null and an empty text say nothing. Raises ValidationError for a value that is no flag.
    """
    if flag is None or flag is UNSET:
        return False
    if isinstance(flag, int | float) and flag in (0, 1):
        return flag == 1
    found = _FLAGS.get(flag.strip().lower()) if isinstance(flag, str) else None
    if found is None:
        given = shortened(repr(flag))
        raise msgspec.ValidationError(f"Expected 0 or 1, got `{given}` - at `$.iscrowd`")
    return found


def whole(value: Any) -> Any:
    """Return a whole number that is written as 1.0 or "1" as one.

    A float that may stand for another whole number, and a negative zero, stay as they are.
    """
    if isinstance(value, float) and value.is_integer():
        is_exact = abs(value) < _LARGEST_EXACT and (value != 0 or math.copysign(1, value) > 0)
        return int(value) if is_exact else value
    if isinstance(value, str) and _WHOLE.fullmatch(value) and value.strip() != "-0":
        return int(value)
    return value


def key(value: Any) -> Any:
    """Return an id that is a whole number as one; "007" stays the text that it is."""
    if isinstance(value, str):
        number = int(value) if _KEY.fullmatch(value) else _HIGHEST_KEY + 1
        return value if number > _HIGHEST_KEY else number
    return whole(value)


def keys(value: Any) -> Any:
    """Return a list of ids with each as a whole number; none for null."""
    if value is None:
        return []
    return [whole(one) for one in value] if isinstance(value, list) else value


def number(value: Any) -> Any:
    """Return a number that is written as text as one."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value) if _WHOLE.fullmatch(value) else float(value)
    return value


def area(value: Any) -> Any:
    """Return an area as a number; an empty text is none."""
    return None if value == "" else number(value)


def side(value: Any) -> Any:
    """Return a width or height in pixels as a whole number; 0 and an empty text are unknown."""
    found = None if value == "" else whole(value)
    return None if found == 0 and not isinstance(found, bool) else found


def coco_id(value: Any) -> Any:
    """Return the id of an image of COCO; tables that have none put 0, -1 or an empty text there."""
    found = None if value == "" else whole(value)
    is_none = isinstance(found, int) and not isinstance(found, bool) and found < 1
    return None if is_none else found


def frequency(value: Any) -> Any:
    """Return LVIS's letter for how frequent a category is: for the letter or its word in any case.

    Other texts are returned as they are, None for anything else.
    """
    if not isinstance(value, str):
        return None
    meant = value.strip().casefold()
    letter = FREQUENCY_WORDS.get(meant, meant)
    return letter if letter in FREQUENCIES else value


def name(value: Any) -> Any:
    """Return a name that is a number as text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def names(value: Any) -> Any:
    """Return a list of names without those that are empty; none for null, one for a text."""
    found = [value] if isinstance(value, str) else [] if value is None else value
    return [one for one in found if one != ""] if isinstance(found, list) else found


def text(value: Any) -> Any:
    """Return a text, None for one that is empty."""
    return None if isinstance(value, str) and not value.strip() else value


def box(value: Any) -> Any:
    """Return a box with each of its numbers as one; None for a box that is none."""
    if not isinstance(value, list):
        return None if value == "" else value
    found = [number(one) for one in value]
    return None if all(one is None for one in found) else found


def mask(value: Any) -> Any:
    """Return polygons as a list of lists of numbers, run lengths as an object; None for no mask.

    A flat list of numbers is one polygon; points are read as pairs; a list of one run length is it.
    """
    if isinstance(value, Mapping):
        return _run_lengths(value)
    if not isinstance(value, list):
        return None if value == "" else value
    if len(value) == 1 and isinstance(value[0], Mapping):
        return _run_lengths(value[0])
    if value and all(map(_is_number, value)):
        return [[number(one) for one in value]] if _is_polygon(value) else value
    found = [*_polygons(value)]
    return value if any(one is None for one in found) else found


def box_around(polygons: Any) -> list[float] | None:
    """Return the box (xywh, pixels) around polygons, None where there are none."""
    if not isinstance(polygons, list):
        return None
    x = [one for polygon in polygons for one in polygon[0::2]]
    y = [one for polygon in polygons for one in polygon[1::2]]
    if not (x and y):
        return None
    return [min(x), min(y), max(x) - min(x), max(y) - min(y)]


def _run_lengths(value: Mapping[str, Any]) -> Any:
    """Return run lengths with whole numbers, None for an object without any member."""
    if not value:
        return None
    found = dict(value)
    for member in ("counts", "size"):
        if isinstance(found.get(member), list):
            found[member] = [whole(one) for one in found[member]]
    return found


def _polygons(value: list[Any]) -> Iterator[list[Any] | None]:
    """Yield the polygons of nested lists, None for what is none."""
    for one in value:
        if not isinstance(one, list):
            yield None
        elif all(map(_is_number, one)):
            yield [number(coordinate) for coordinate in one]
        elif _are_points(one):
            yield [number(coordinate) for point in one for coordinate in point]
        else:
            yield from _polygons(one)


def _are_points(value: list[Any]) -> bool:
    return all(
        isinstance(one, list) and len(one) == 2 and all(map(_is_number, one)) for one in value
    )


def _is_polygon(value: list[Any]) -> bool:
    return len(value) >= _LEAST_POLYGON and len(value) % 2 == 0


def _is_number(value: Any) -> bool:
    return isinstance(number(value), int | float) and not isinstance(value, bool)


def has_nul(*texts: str | None) -> bool:
    """Return whether a name or synset holds a NUL character, at which databases end a text."""
    return any(text is not None and "\0" in text for text in texts)
