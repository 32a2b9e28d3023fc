"""Rows to the JSON objects of the published files: annotations, and exemplars by their format.

Two million rows pass through here: each function takes a row of the driver as it comes.
"""

import json
from collections.abc import Callable
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from ovmr_index.db.bulk import Row
from ovmr_index.formats.base import RecordKind
from ovmr_index.formats.table import format_of

_OUR_NAMES = ("area", "category_id", "dataset", "file_name", "id", "image_id", "synset")
_OUR_KEYS = tuple(f'"{name}"' for name in _OUR_NAMES)


def encode_entry(row: Row) -> str:
    """Return the object of an exemplar in `exemplar_dict.json`.

    `row` is an entry of `queries.exemplars` with its details.
    """
    return _ENCODERS[row[4]](row, row[15], "")


def encode_pick(row: Row) -> str:
    """Return the object of an exemplar in a sample, whose `area` is its weight, a float."""
    weight = row[12]
    return _ENCODERS[row[4]](row, weight, f',"area":{weight}')


def annotation_members(row: Row) -> str:
    """Return the members of an annotation, in LVIS's order, without the braces.

    `row` is one of `queries.annotations.annotations`.
    """
    key, area, segmentation, image_key, x, y, w, h, category_key, fields = row
    mask = "" if segmentation is None else f'"segmentation":{segmentation},'
    size = "" if area is None else f'"area":{area},'
    return (
        f'"id":{key},{size}{mask}"image_id":{image_key},"bbox":[{x},{y},{w},{h}],'
        f'"category_id":{category_key}{_members(fields)}'
    )


def _members(fields: str | None) -> str:
    """Return a JSON object's members with a comma before them."""
    return "" if fields is None else f",{fields[1:-1]}"


def _once(text: str, fields: str | None) -> str:
    """Return an object in which a field of the source may bear a name of ours: the last counts."""
    if fields is None or not any(key in fields for key in _OUR_KEYS):
        return text
    return json.dumps(json.loads(text), separators=(",", ":"))


def _annotation(row: Row, area: Any, _: str) -> str:
    category_id, _, synset, dataset = row[:4]
    file_name, x, y, w, h, _, image_id, key, _, segmentation, fields = row[7:18]
    members = annotation_members(
        (key, area, segmentation, image_id, x, y, w, h, category_id, fields)
    )
    text = (
        f'{{{members},"dataset":{quoted(dataset)},"file_name":{quoted(file_name)},'
        f'"synset":{quoted(synset)}}}'
    )
    return _once(text, fields)


def _picture(row: Row, _: Any, area: str) -> str:
    category_id, _, synset, dataset = row[:4]
    return (
        f'{{"file_name":{quoted(row[7])},"category_id":{category_id},'
        f'"dataset":{quoted(dataset)},"synset":{quoted(synset)}{area}}}'
    )


def _object(row: Row, _: Any, area: str) -> str:
    category_id, _, synset, dataset = row[:4]
    file_name, x, y, w, h, _, image_id, key, _, _, fields = row[7:18]
    name = quoted(synset)
    text = (
        f'{{"image_id":{image_id},"dataset":{quoted(dataset)},'
        f'"file_name":{quoted(file_name)},"category_id":{category_id},'
        f'"synset":{name},"synsets":[{name}],"h":{h},"object_id":{key}'
        f'{_members(fields)},"w":{w},"y":{y},"x":{x}{area}}}'
    )
    return _once(text, fields)


Encoder = Callable[[Row, Any, str], str]

_BY_KIND: dict[RecordKind, Encoder] = {
    "annotation": _annotation,
    "image": _picture,
    "object": _object,
}


class _Encoders(dict[str, Encoder]):
    """What encodes the records of a format, by its name."""

    def __missing__(self, format_name: str) -> Encoder:
        self[format_name] = _BY_KIND[format_of(format_name).record_kind]
        return self[format_name]


_ENCODERS = _Encoders()
