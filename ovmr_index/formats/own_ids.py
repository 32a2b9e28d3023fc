"""Ids as a file has them: text or number. Of COCO's images text is the number that it holds."""

import json
import re
from collections.abc import Container

from ovmr_index.formats.records import RegionColumns

_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


def id_in_file(read: RegionColumns, row: int, name: str = "id") -> int | str:
    """Return the `id` or `image_id` of a region as its file has it: of a text `key` is a hash."""
    found: int | str = read.key[row] if name == "id" else read.image_key[row]
    if not read.is_odd or not read.is_odd[row]:
        return found
    given = json.loads(read.record[row] or "{}").get(name)
    return given if isinstance(given, str) else found


def coco_number(identity: int | str) -> int | None:
    """Return the number that an id is, whatever zeros it begins with, None for other text."""
    if isinstance(identity, int):
        return identity
    return int(identity) if _DIGITS.fullmatch(identity) else None


def with_coco_numbers(read: RegionColumns, images: Container[int]) -> RegionColumns:
    """Return regions with the number of their image where its id is text and not in `images`."""
    numbers: dict[int, int] = {}
    for row, key in enumerate(read.image_key):
        if key not in numbers and key not in images:
            number = coco_number(id_in_file(read, row, "image_id"))
            numbers[key] = key if number is None else number
    if not numbers:
        return read
    return read._replace(image_key=[numbers.get(key, key) for key in read.image_key])
