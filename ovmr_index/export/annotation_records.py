"""Rows to the JSON objects of annotations, as their file has them: a million and more a file."""

import json
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

import msgspec

from ovmr_index.db.bulk import Row
from ovmr_index.export.json_records import ENDS, Encoder, no_pixels, require_json
from ovmr_index.formats.records import ABSENT_FIELDS

_RAW_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def annotation_encoder(order: Sequence[str] | None) -> Encoder:
    """Return a function from an `AnnotationRow` to the object of an annotation.

    Its members have their values in the file. They stand in the `order` of these names, then the
    others; in LVIS's order without one.
    """
    names = None if order is None else tuple(order)

    def encode(row: Row) -> str:
        """Return an annotation; raises DamagedError where the index holds what no file can."""
        region_id, area, mask, image_id, x, y, w, h, category_id, fields, has_pixels = row
        if not has_pixels:
            raise no_pixels(region_id)
        if mask is not None and mask[-1:] not in ENDS:
            require_json(mask, "segmentation", region_id)
        if names is fields is None and area is not None and mask is not None:
            # As nearly all are: `format` would look for the places of values each time.
            return (
                f'{{"id":{region_id},"area":{area},"segmentation":{mask},"image_id":{image_id},'
                f'"bbox":[{x},{y},{w},{h}],"category_id":{category_id}}}'
            )
        try:
            template = _template(names, fields, area is not None, mask is not None)
        except msgspec.MsgspecError:
            require_json(fields, "fields", region_id)
            raise
        return template.format(*row)

    return encode


@lru_cache(maxsize=4_096)  # most annotations of a file have the same fields
def _template(
    order: Sequence[str] | None, fields: str | None, has_area: bool, has_mask: bool
) -> str:
    """Return a format string for the columns of a row whose fields go before its columns."""
    columns = {
        "id": "{0}",
        **({"area": "{1}"} if has_area else {}),
        **({"segmentation": "{2}"} if has_mask else {}),
        "image_id": "{3}",
        "bbox": "[{4},{5},{6},{7}]",
        "category_id": "{8}",
    }
    members = {
        name: str(raw, "utf-8").replace("{", "{{").replace("}", "}}")
        for name, raw in _RAW_MEMBERS.decode(fields or "{}").items()
    }
    absent = json.loads(members.pop(ABSENT_FIELDS, "[]"))
    found = {name: text for name, text in (columns | members).items() if name not in absent}
    names = dict.fromkeys([*(name for name in order or () if name in found), *found])
    keys = {name: quoted(name).replace("{", "{{").replace("}", "}}") for name in names}
    return f"{{{{{','.join(f'{keys[name]}:{found[name]}' for name in names)}}}}}"
