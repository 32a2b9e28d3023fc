"""The records of a COCO file: those of the source, with the members that every client reads.

Format: https://cocodataset.org/#format-data. Members that a source has beside them are kept as they
are written there.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from ovmr_index.db.stored_json import decoded, read_again
from ovmr_index.export.forms.annotated_image_queries import ImageRow
from ovmr_index.export.forms.coco_queries import AnnotationRow
from ovmr_index.formats import lenient
from ovmr_index.formats.coco_annotation import mask_of
from ovmr_index.formats.coco_json import LISTS

_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ANYTHING = msgspec.json.Decoder()
_NULL = Raw(b"null")
# Categories that LVIS says are not on an image, or not all of them are marked.
_OF_CATEGORIES = ("neg_category_ids", "not_exhaustive_category_ids")


class RegionTexts(NamedTuple):
    """What the index keeps of an annotation as JSON: a row of `region_texts`."""

    record: str | None
    is_odd: int | None
    fields: str | None


class AnnotationIds(NamedTuple):
    """The ids that an annotation, its image and its category are written with."""

    id: int
    image_id: int
    category_id: int


def header_members(header: str | None, source_pk: int, source: str) -> dict[str, Any]:
    """Return the members of a COCO file beside its lists, as the source has them.

    Where it has no object `info` there is one with its name as `description`, where it has no list
    `licenses` there is an empty one.
    """
    given = decoded(_MEMBERS, header or "{}", "sources.header", source_pk, read_again())
    others: dict[str, Any] = {name: raw for name, raw in given.items() if name not in LISTS}
    if not bytes(others.get("info", _NULL)).startswith(b"{"):
        others["info"] = {"description": source}
    if not bytes(others.get("licenses", _NULL)).startswith(b"["):
        others["licenses"] = []
    return others


def image_record(
    row: ImageRow, key: int, size: tuple[int, int], category_ids: Mapping[int, int] | None
) -> bytes:
    """Return an image.

    Args:
        row: The image.
        key: The id that it is written with.
        size: Width and height in pixels.
        category_ids: The ids that categories of the source are written with, for the lists that
            LVIS has of them; None where they are written as they are.
    """
    given = decoded(_MEMBERS, row.record or "{}", "image_records.record", row.pk, read_again())
    members: dict[str, Any] = {"id": key, **given}
    width, height = size
    members |= {"id": key, "file_name": row.file_name, "width": width, "height": height}
    if category_ids is not None:
        for name in _OF_CATEGORIES:
            if name in given:
                listed = lenient.keys(_ANYTHING.decode(given[name]))
                members[name] = [category_ids[one] for one in listed if one in category_ids]
    return msgspec.json.encode(members)


def annotation_record(row: AnnotationRow, texts: RegionTexts, ids: AnnotationIds) -> bytes:
    """Return an annotation.

    A box is written as the source has it. Where the source has no area it is that of the box,
    where it has no mask `segmentation` is an empty list.
    """
    record = texts.record or texts.fields or "{}"
    given = decoded(_MEMBERS, record, "region_records.record", row.pk, read_again())
    own: dict[str, Any] = {
        "id": ids.id,
        "image_id": ids.image_id,
        "category_id": ids.category_id,
    }
    members = own | given | own
    if texts.record is None or texts.is_odd or "bbox" not in given:
        members["bbox"] = [row.x, row.y, row.w, row.h]
    if texts.is_odd or given.get("area", _NULL) == _NULL:
        members["area"] = row.w * row.h if row.area is None else row.area
    if texts.is_odd:
        members["segmentation"] = mask_of(json.loads(record)) or []
    elif given.get("segmentation", _NULL) == _NULL:
        members["segmentation"] = []
    members["iscrowd"] = row.is_crowd
    return msgspec.json.encode(members)
