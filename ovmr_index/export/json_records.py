"""Rows to the JSON objects of the published files, exemplars by their kind.

The parameters of an encoder are fields of the row; `of_row` finds their columns once, by name, for
all rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import Any

import msgspec

from ovmr_index.db.bulk import Row
from ovmr_index.db.stored_json import decoded, read_again
from ovmr_index.formats.base import RecordKind
from ovmr_index.formats.coco_annotation import mask_of
from ovmr_index.formats.records import Number
from ovmr_index.formats.table import format_of
from ovmr_index.pools.box_numbers import are_pixels, no_pixels
from ovmr_index.pools.exemplar_queries import ExemplarRow, exemplar_values

Encoder = Callable[[Row], str]

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


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


def _annotation(
    region_id: int,
    record: str,
    is_odd: int,
    category_id: int,
    dataset: str,
    file_name: str,
    synset: str,
    x: Number,
    y: Number,
    w: Number,
    h: Number,
    area: Number | None,
    weight: float | None = None,
) -> str:
    members = _texts(record, "region_records.record", region_id)
    if not are_pixels((x, y, w, h), area):
        raise no_pixels(region_id)
    if is_odd:
        members |= {"bbox": f"[{x},{y},{w},{h}]"} | ({} if area is None else {"area": f"{area}"})
        mask = mask_of(json.loads(record))
        members.pop("segmentation", None)
        if mask is not None:
            members["segmentation"] = json.dumps(mask, separators=(",", ":"))
    members |= {
        "category_id": f"{category_id}",
        "dataset": quoted(dataset),
        "file_name": quoted(file_name),
        "synset": quoted(synset),
    }
    if weight is not None:
        members["area"] = f"{weight}"
    return _object_of(members)


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
    name = quoted(synset)
    members = _texts(fields or "{}", "region_fields.fields", region_id) | {
        "image_id": f"{image_id}",
        "dataset": quoted(dataset),
        "file_name": quoted(file_name),
        "category_id": f"{category_id}",
        "synset": name,
        "synsets": f"[{name}]",
        "object_id": f"{region_id}",
        "x": f"{x}",
        "y": f"{y}",
        "w": f"{w}",
        "h": f"{h}",
    }
    if weight is not None:
        members["area"] = f"{weight}"
    return _object_of(members)


def _texts(content: str, column: str, region_id: int) -> dict[str, str]:
    """Return the members of an object in a column of the index, each value as it is written."""
    where = (column, f"the record with id {region_id}", read_again())
    return {name: str(raw, "utf-8") for name, raw in decoded(_MEMBERS, content, *where).items()}


def _object_of(members: Mapping[str, str]) -> str:
    return f"{{{','.join(f'{quoted(name)}:{text}' for name, text in members.items())}}}"


_format: Callable[[Row], Any] = exemplar_values("format")
_ENCODERS: dict[RecordKind, tuple[Encoder, Encoder]] = {  # of an entry and of a pick
    "annotation": (
        of_row(ExemplarRow._fields, _annotation),
        of_row(ExemplarRow._fields, _annotation, weight="weight"),
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
