"""Rows to the JSON objects of the published files: annotations, and exemplars by their format."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.engine import Row, stream_rows
from ovmr_index.queries.exemplars import details
from ovmr_index.records import Pick

_BATCH = 4_096
_OUR_NAMES = ('"area"', '"category_id"', '"dataset"', '"file_name"', '"image_id"', '"synset"')


class Details(NamedTuple):
    """What a source says of a region beside the columns, as JSON text."""

    segmentation: str | None
    fields: str | None


NO_DETAILS = Details(None, None)


class Entry(NamedTuple):
    """A pick with what only its JSON object needs."""

    pick: Pick
    area: Any
    details: Details


def read_entries(connection: Connection, rows: Iterable[Row]) -> Iterator[Entry]:
    """Yield entries of the rows of `queries.exemplars`, with the details of their regions."""
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        found = read_details(connection, [row[16] for row in batch if row[16] is not None])
        for row in batch:
            yield Entry(Pick._make(row[:15]), row[15], found.get(row[16], NO_DETAILS))


def read_details(connection: Connection, region_ids: list[int]) -> dict[int, Details]:
    """Return the details of regions by row; a region without any is left out."""
    rows = stream_rows(connection, details(region_ids)) if region_ids else ()
    return {row[0]: Details._make(row[1:]) for row in rows}


def encode_entry(entry: Entry) -> str:
    """Return the object of an exemplar in `exemplar_dict.json`."""
    return _FORMATS[entry.pick.format](entry, entry.area, "")


def encode_pick(entry: Entry) -> str:
    """Return the object of an exemplar in a sample, whose `area` is its weight, a float."""
    weight = entry.pick.weight
    return _FORMATS[entry.pick.format](entry, weight, f',"area":{weight}')


def annotation_fields(
    key: int,
    area: Any,
    image_key: int,
    box: tuple[Any, Any, Any, Any],
    category_key: int,
    extra: Details,
) -> str:
    """Return the members of an annotation, in LVIS's order, without the braces."""
    x, y, w, h = box
    mask = "" if extra.segmentation is None else f'"segmentation":{extra.segmentation},'
    return (
        f'"id":{key},"area":{area},{mask}"image_id":{image_key},"bbox":[{x},{y},{w},{h}],'
        f'"category_id":{category_key}{_members(extra.fields)}'
    )


def _members(fields: str | None) -> str:
    """Return a JSON object's members with a comma before them."""
    return "" if fields is None else f",{fields[1:-1]}"


def _once(text: str, fields: str | None) -> str:
    """Return an object in which a field of the source may bear a name of ours: the last counts."""
    if fields is None or not any(name in fields for name in _OUR_NAMES):
        return text
    return json.dumps(json.loads(text), separators=(",", ":"))


def _annotation(entry: Entry, area: Any, _: str) -> str:
    pick = entry.pick
    box = (pick.x, pick.y, pick.w, pick.h)
    assert pick.region_id is not None
    assert pick.image_id is not None
    members = annotation_fields(
        pick.region_id,
        area,
        pick.image_id,
        box,
        pick.category_id,
        entry.details,
    )
    text = (
        f'{{{members},"dataset":{quoted(pick.dataset)},"file_name":{quoted(pick.file_name)},'
        f'"synset":{quoted(pick.category_synset)}}}'
    )
    return _once(text, entry.details.fields)


def _picture(entry: Entry, _: Any, area: str) -> str:
    pick = entry.pick
    return (
        f'{{"file_name":{quoted(pick.file_name)},"category_id":{pick.category_id},'
        f'"dataset":{quoted(pick.dataset)},"synset":{quoted(pick.synset)}{area}}}'
    )


def _object(entry: Entry, _: Any, area: str) -> str:
    pick = entry.pick
    synset = quoted(pick.synset)
    text = (
        f'{{"image_id":{pick.image_id},"dataset":{quoted(pick.dataset)},'
        f'"file_name":{quoted(pick.file_name)},"category_id":{pick.category_id},'
        f'"synset":{synset},"synsets":[{synset}],"h":{pick.h},"object_id":{pick.region_id}'
        f'{_members(entry.details.fields)},"w":{pick.w},"y":{pick.y},"x":{pick.x}{area}}}'
    )
    return _once(text, entry.details.fields)


_FORMATS: dict[str, Callable[[Entry, Any, str], str]] = {
    "lvis": _annotation,
    "imagenet": _picture,
    "visual-genome": _object,
}
