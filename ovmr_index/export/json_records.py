"""Rows to the JSON objects of the published files: annotations, and exemplars by their kind.

Two million rows pass through here as the driver's tuples. The parameters of an encoder are fields
of the row; `of_row` finds their columns once, by name, for all rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from inspect import Parameter, signature
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import Any

import msgspec

from ovmr_index.db.bulk import Row
from ovmr_index.db.stored_json import READ_AGAIN, decoded, decoded_object
from ovmr_index.errors import DamagedError
from ovmr_index.formats.base import RecordKind
from ovmr_index.formats.records import ABSENT_FIELDS, LARGEST_WEIGHT, Number
from ovmr_index.formats.table import format_of
from ovmr_index.pools.exemplar_queries import ExemplarRow, exemplar_values

Encoder = Callable[[Row], str]

_COLUMNS = ("area", "bbox", "category_id", "id", "image_id", "segmentation", ABSENT_FIELDS)
_COLUMN_KEYS = tuple(f'"{name}"' for name in _COLUMNS)
_OUR_KEYS = (*_COLUMN_KEYS, '"dataset"', '"file_name"', '"synset"')
_OF_ANNOTATION = frozenset(("bbox", "category_id", "segmentation", ABSENT_FIELDS))  # ids are kept
_OF_OBJECT = frozenset(("image_id", "dataset", "file_name", "category_id", "synset"))
_OBJECT_KEYS = tuple(f'"{name}"' for name in sorted(_OF_OBJECT))
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
# As a float: to compare with an integer of this size takes longer.
_MOST = float(LARGEST_WEIGHT)
_LEAST = -_MOST
ENDS = ("]", "}")  # of nearly all JSON that is kept; whether the rest is sound `db check` knows


def encode_entry(row: Row) -> str:
    """Return the object of an exemplar in `exemplar_dict.json`; `row` is an `ExemplarRow`."""
    return _ENTRY[_format(row)](row)


def encode_pick(row: Row) -> str:
    """Return the object of an exemplar in a sample; its `area` is its weight, a float.

    `row` is an `ExemplarRow`.
    """
    return _PICK[_format(row)](row)


def of_row(fields: Sequence[str], encode: Callable[..., str], **named: str) -> Encoder:
    """Return a function that calls `encode` with columns of a row.

    Args:
        fields: The names of the row's columns, in order.
        encode: Its parameters are columns by name. One with a default keeps it unless it is named.
        named: The column of a parameter that has another name than the column.
    """
    parameters = signature(encode).parameters.values()
    taken = [one.name for one in parameters if one.default is Parameter.empty or one.name in named]
    columns = [fields.index(named.get(name, name)) for name in taken]
    if columns == list(range(len(fields))):
        return lambda row: encode(*row)
    values = itemgetter(*columns)
    return lambda row: encode(*values(row))


def _annotation_members(
    region_id: int,
    area: Number | None,
    segmentation: str | None,
    image_id: int,
    x: Number,
    y: Number,
    w: Number,
    h: Number,
    category_id: int,
    fields: str | None,
) -> str:
    """Return the members of an annotation, in LVIS's order, without the braces."""
    if segmentation is not None and not segmentation.endswith(ENDS):
        require_json(segmentation, "segmentation", region_id)
    if not are_pixels((x, y, w, h), area):
        raise no_pixels(region_id)
    mask = "" if segmentation is None else f'"segmentation":{segmentation},'
    size = "" if area is None else f'"area":{area},'
    return (
        f'"id":{region_id},{size}{mask}"image_id":{image_id},"bbox":[{x},{y},{w},{h}],'
        f'"category_id":{category_id}{_members(fields, region_id)}'
    )


def _annotation(
    region_id: int,
    area: Number | None,
    segmentation: str | None,
    image_id: int,
    x: Number,
    y: Number,
    w: Number,
    h: Number,
    category_id: int,
    fields: str | None,
    dataset: str,
    file_name: str,
    synset: str,
) -> str:
    if _has_any(fields, _COLUMN_KEYS):
        known = _OF_ANNOTATION if area is None else _OF_ANNOTATION | {"area"}
        fields = _without(known, fields, region_id)
    members = _annotation_members(
        region_id, area, segmentation, image_id, x, y, w, h, category_id, fields
    )
    text = (
        f'{{{members},"dataset":{quoted(dataset)},"file_name":{quoted(file_name)},'
        f'"synset":{quoted(synset)}}}'
    )
    return _once(text, fields, region_id)


def _image(
    file_name: str, category_id: int, dataset: str, synset: str, weight: float | None = None
) -> str:
    area = "" if weight is None else f',"area":{weight}'
    return (
        f'{{"file_name":{quoted(file_name)},"category_id":{category_id},'
        f'"dataset":{quoted(dataset)},"synset":{quoted(synset)}{area}}}'
    )


def _object(
    image_id: int,
    dataset: str,
    file_name: str,
    category_id: int,
    synset: str,
    region_id: int,
    x: Number,
    y: Number,
    w: Number,
    h: Number,
    fields: str | None,
    weight: float | None = None,
) -> str:
    if not are_pixels((x, y, w, h), weight):
        raise no_pixels(region_id)
    if _has_any(fields, _OBJECT_KEYS):
        fields = _without(_OF_OBJECT, fields, region_id)
    name = quoted(synset)
    area = "" if weight is None else f',"area":{weight}'
    text = (
        f'{{"image_id":{image_id},"dataset":{quoted(dataset)},'
        f'"file_name":{quoted(file_name)},"category_id":{category_id},'
        f'"synset":{name},"synsets":[{name}],"h":{h},"object_id":{region_id}'
        f'{_members(fields, region_id)},"w":{w},"y":{y},"x":{x}{area}}}'
    )
    return _once(text, fields, region_id)


def are_pixels(box: Sequence[Number], area: Number | None = None) -> bool:
    """Whether a box and an area are numbers that a file can have; text is none."""
    try:
        return _LEAST < sum(box) + (area or 0) < _MOST
    except TypeError:
        return False


def no_pixels(region_id: int | None) -> DamagedError:
    """Return the error for a box that `are_pixels` refuses."""
    return DamagedError(
        f"the index is damaged: the box in regions of the record with id {region_id} is none that"
        f" a file can have; {READ_AGAIN}"
    )


def require_json(content: str, column: str, region_id: int) -> None:
    """Raise DamagedError where a text of a region that should be JSON is none."""
    where = f"region_details.{column}"
    decoded(_ANYTHING, content, where, f"the record with id {region_id}", READ_AGAIN)


def _without(known: Set[str], fields: str | None, region_id: int) -> str | None:
    """Return fields without the file's own form of what columns hold."""
    members = _object_of(fields or "{}", region_id)
    kept = {name: value for name, value in members.items() if name not in known}
    return json.dumps(kept, separators=(",", ":")) if kept else None


def _has_any(fields: str | None, keys: Sequence[str]) -> bool:
    return fields is not None and any(key in fields for key in keys)


def _object_of(fields: str, region_id: int) -> dict[str, Any]:
    return decoded_object(fields, "region_details.fields", f"the record with id {region_id}")


def _members(fields: str | None, region_id: int) -> str:
    """Return a JSON object's members with a comma before them."""
    if fields is None:
        return ""
    if fields[:1] + fields[-1:] != "{}":
        _object_of(fields, region_id)
    return f",{fields[1:-1]}"


def _once(text: str, fields: str | None, region_id: int) -> str:
    """Return an object in which a field of the source may have a name of ours: the last counts."""
    if not _has_any(fields, _OUR_KEYS):
        return text
    _object_of(fields or "{}", region_id)
    return json.dumps(json.loads(text), separators=(",", ":"))


_format: Callable[[Row], Any] = exemplar_values("format")
_ENCODERS: dict[RecordKind, tuple[Encoder, Encoder]] = {  # of an entry and of a pick
    "annotation": (
        of_row(ExemplarRow._fields, _annotation),
        of_row(ExemplarRow._fields, _annotation, area="weight"),
    ),
    "image": (
        of_row(ExemplarRow._fields, _image),
        of_row(ExemplarRow._fields, _image, weight="weight"),
    ),
    "object": (
        of_row(ExemplarRow._fields, _object),
        of_row(ExemplarRow._fields, _object, weight="weight"),
    ),
}


class _Encoders(dict[str, Encoder]):
    """What encodes the records of a format, by its name."""

    def __init__(self, of_kind: Mapping[RecordKind, Encoder]) -> None:
        super().__init__()
        self._of_kind = of_kind

    def __missing__(self, format_name: str) -> Encoder:
        self[format_name] = self._of_kind[format_of(format_name).record_kind]
        return self[format_name]


_ENTRY = _Encoders({kind: entry for kind, (entry, _) in _ENCODERS.items()})
_PICK = _Encoders({kind: pick for kind, (_, pick) in _ENCODERS.items()})
