"""One annotation in COCO's format: its members by their meaning, and what gives them back.

What its columns do not give back as the file has it stays among its fields.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct

from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import WRONG, other_fields
from ovmr_index.formats.records import ABSENT_FIELDS, Number
from ovmr_index.formats.segmentations import mask_text, segmentation_text

ABSENT = Raw()
_CHANGES: lenient.Changes = {
    "id": lenient.key,
    "image_id": lenient.key,
    "category_id": lenient.whole,
    "bbox": lenient.box,
    "area": lenient.area,
    "segmentation": lenient.mask,
}
_COLUMNS = frozenset(_CHANGES)
_NAMES = msgspec.json.Decoder(dict[str, Raw])
_ORDERED_BY, _MOST_NAMES = 512, 100  # annotations, members
# The order in which exports write the members of an annotation, unless a file has another: LVIS's.
_USUAL_ORDER = ("id", "area", "segmentation", "image_id", "bbox", "category_id")


class AnnotationFields(Struct):
    """What is read of an annotation; a format says which fields it needs, and in what limits."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[Number, Number, Number, Number]
    area: Number | None
    segmentation: Raw


class AnyAnnotation(NamedTuple):
    """An annotation, a JSON object of what its columns do not give back, and whether it is a crowd.

    `segmentation` is JSON text.
    """

    annotation: AnnotationFields
    fields: str | None
    is_crowd: bool
    segmentation: str | None


def read_annotation(
    decoder: msgspec.json.Decoder[Any], raw: Raw, first: Sequence[str] = ()
) -> AnyAnnotation:
    """Return any annotation, whose members may have another form than `decoder` takes.

    The fields named in `first` stand before the others. Raises one of `json_document.WRONG` for a
    member that is missing or has no meaning.
    """
    try:
        found = decoder.decode(raw)
        segmentation = segmentation_text(found.segmentation)
    except msgspec.ValidationError:
        return _read_leniently(decoder.type, lenient.members(raw), first)
    kept = {name for name in ("id", "image_id") if isinstance(getattr(found, name), str)}
    if found.area is None:
        kept.add("area")
    fields = other_fields(raw, _COLUMNS - kept, first)
    crowd = lenient.is_crowd(found.iscrowd)
    return AnyAnnotation(_columns_of(found, found.segmentation), fields, crowd, segmentation)


def _read_leniently(kind: Any, given: dict[str, Any], first: Sequence[str]) -> AnyAnnotation:
    """Return an annotation, `given` as it is in its file, that is not written as `kind` says."""
    read = given | lenient.changed(given, _CHANGES)
    mask = read.pop("segmentation", None)
    is_none = mask is None and given.get("segmentation") is not None
    segmentation = None if "segmentation" not in given or is_none else mask_text(mask)
    if read.get("bbox") is None and (around := lenient.box_around(mask)) is not None:
        read["bbox"] = around
    found = msgspec.convert(read, kind)
    columns = _columns_of(found, ABSENT)
    fields = _not_given_back(given, {**_members_of(columns), "segmentation": mask}, first)
    text = msgspec.json.encode(fields).decode() if fields else None
    return AnyAnnotation(columns, text, lenient.is_crowd(found.iscrowd), segmentation)


def _not_given_back(
    given: dict[str, Any], stored: dict[str, Any], first: Sequence[str]
) -> dict[str, Any]:
    """Return the members of a record that what is `stored` does not give back as they are."""
    fields = {
        name: given[name]
        for name in dict.fromkeys([*(name for name in first if name in given), *given])
        if name not in stored
        or not lenient.is_same(given[name], stored[name])
        or (name == "area" and given[name] is None)  # as if it were absent
    }
    return fields if "bbox" in given else {**fields, ABSENT_FIELDS: ["bbox"]}


def member_order(raws: Sequence[Raw]) -> list[str] | None:
    """Return the names of the members of the first annotations, each behind the one before it.

    None where that is the usual order and nothing else.
    """
    names: list[str] = []
    for raw in raws[:_ORDERED_BY]:
        try:
            found = _NAMES.decode(raw)
        except WRONG:
            continue
        place = 0
        for name in found:
            if name not in names:
                names.insert(place, name)
            place = names.index(name) + 1
        if len(names) > _MOST_NAMES:
            return None
    return None if names == [name for name in _USUAL_ORDER if name in names] else names


def key_of(identity: int | str) -> int:
    """Return the key of a record: its id, or 63 bits of the BLAKE2b of an id that is text.

    The text of a number, as numbers are written, is that number.
    """
    found = lenient.key(identity)
    return found if isinstance(found, int) else _key_of_text(found)


def keys_in(raw: Raw, name: str = "id") -> set[int]:
    """Return the key of a record that may be wrong, by its member `name`, if it has one."""
    try:
        found = lenient.members(raw).get(name)
    except WRONG:
        return set()
    is_id = isinstance(found, int | float | str) and not isinstance(found, bool)
    key = lenient.key(found) if is_id else None
    return {key_of(key)} if isinstance(key, int | str) else set()


@lru_cache(maxsize=4_096)  # annotations of one image stand together
def _key_of_text(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _columns_of(found: Any, segmentation: Raw) -> AnnotationFields:
    """Return the columns of an annotation that may lack an area, and whose ids may be text."""
    area = None if found.area is UNSET else found.area
    keys = key_of(found.id), key_of(found.image_id), found.category_id
    return AnnotationFields(*keys, found.bbox, area, segmentation)


def _members_of(columns: AnnotationFields) -> dict[str, Any]:
    """Return the members that the columns of an annotation are, but for its segmentation."""
    return {
        "id": columns.id,
        "image_id": columns.image_id,
        "category_id": columns.category_id,
        "bbox": [*columns.bbox],
        "area": columns.area,
    }
