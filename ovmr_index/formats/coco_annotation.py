"""One annotation in COCO's format: its members by their meaning, beside the record itself."""

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct

from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import WRONG, other_fields
from ovmr_index.formats.records import OF_EXPORTS, Number
from ovmr_index.formats.segmentations import checked_mask, require_mask

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


class AnnotationFields(Struct):
    """What is read of an annotation; a format says which fields it needs, and in what limits."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[Number, Number, Number, Number]
    area: Number | None
    segmentation: Raw


class AnyAnnotation(NamedTuple):
    """An annotation, its fields, whether it is odd (see `RegionRecord`), or a crowd."""

    annotation: AnnotationFields
    fields: str | None
    is_odd: bool
    is_crowd: bool


def read_annotation(decoder: msgspec.json.Decoder[Any], raw: Raw) -> AnyAnnotation:
    """Return any annotation, whose members may have another form than `decoder` takes.

    Raises one of `json_document.WRONG` for a member that is missing or has no meaning.
    """
    given = lenient.members(raw)
    is_odd = not OF_EXPORTS.isdisjoint(given)
    try:
        found = decoder.decode(raw)
        require_mask(found.segmentation)
    except msgspec.ValidationError:
        found, is_odd = _read_leniently(decoder.type, given), True
    columns = _columns_of(found)
    is_odd = is_odd or isinstance(found.id, str) or isinstance(found.image_id, str)
    known = _COLUMNS - _in_other_forms(given, columns) if is_odd else _COLUMNS
    return AnyAnnotation(columns, other_fields(raw, known), is_odd, lenient.is_crowd(found.iscrowd))


def _in_other_forms(given: lenient.Json, columns: AnnotationFields) -> set[str]:
    """Return the names of the numbers of an annotation that its columns hold in another form."""
    return {
        name
        for name in ("id", "image_id", "area")
        if name in given and not lenient.is_same(given[name], getattr(columns, name))
    }


def _read_leniently(kind: Any, given: lenient.Json) -> Any:
    """Return an annotation, `given` as it is in its file, that is not written as `kind` says."""
    read = given | lenient.changed(given, _CHANGES)
    mask = checked_mask(read.pop("segmentation", None))
    if read.get("bbox") is None and (around := lenient.box_around(mask)) is not None:
        read["bbox"] = around
    return msgspec.convert(read, kind)


def mask_of(given: lenient.Json) -> Any:
    """Return the mask of an annotation by its meaning, None where it has none."""
    return lenient.mask(given.get("segmentation"))


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


def _columns_of(found: Any) -> AnnotationFields:
    """Return the columns of an annotation that may lack an area, and whose ids may be text."""
    area = None if found.area is UNSET else found.area
    keys = key_of(found.id), key_of(found.image_id), found.category_id
    return AnnotationFields(*keys, found.bbox, area, ABSENT)
