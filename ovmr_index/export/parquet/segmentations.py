"""Outlines of boxes as columns: polygons as nested lists, run lengths as a struct.

Of a segmentation one of three columns holds a value: `polygons`, `rle`, or `segmentation` with the
JSON text of what is neither, as a source may have it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ovmr_index.export.parquet.columns import Row, array_of, without_spaces

if TYPE_CHECKING:
    import pyarrow as pa

_Polygons = list[list[float]]


class _Rle(msgspec.Struct, forbid_unknown_fields=True):
    """A mask as COCO writes it: its height and width, its runs as a text or as numbers."""

    size: list[int]
    counts: str | list[int]


_POLYGONS = msgspec.json.Decoder(_Polygons)
_RLE = msgspec.json.Decoder(_Rle)
_LARGEST = 2**63


class _Outline(NamedTuple):
    polygons: _Polygons | None = None
    rle: dict[str, Any] | None = None
    segmentation: str | None = None


_NONE = _Outline()


def outline_fields() -> list["pa.Field"]:
    """Return the three columns."""
    import pyarrow as pa

    rle = {"size": _list(pa.int64()), "counts": pa.string(), "run_lengths": _list(pa.int64())}
    return [
        pa.field("polygons", _list(_list(pa.float64()))),
        pa.field("rle", pa.struct(rle)),
        pa.field("segmentation", pa.string()),
    ]


def _list(of: "pa.DataType") -> "pa.DataType":
    """Return the type of a list, whose elements have the name that Parquet gives them."""
    import pyarrow as pa

    return pa.list_(pa.field("element", of))


def outline_arrays(rows: Sequence[Row]) -> list["pa.Array"]:
    """Return the arrays of rows of `box_details`: source, region_id, the three columns, fields."""
    import pyarrow as pa

    sources, region_ids, segmentations, fields = zip(*rows, strict=True)
    outlines = zip(*map(_outline, segmentations), strict=True)
    named = zip(outline_fields(), outlines, strict=True)
    return [
        array_of(sources, pa.string(), "box_details.source"),
        array_of(region_ids, pa.int64(), "box_details.region_id"),
        *(array_of(values, one.type, f"box_details.{one.name}") for one, values in named),
        array_of(fields, pa.string(), "box_details.fields"),
    ]


def _outline(value: Any) -> _Outline:
    """Return a segmentation, which the view gives as JSON text, or a number or text as it is."""
    if value is None:
        return _NONE
    if not isinstance(value, str):
        return _Outline(segmentation=str(value))
    try:
        if value.startswith("["):
            return _Outline(polygons=_POLYGONS.decode(value))
        if value.startswith("{"):
            return _Outline(rle=_rle(_RLE.decode(value)))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Outline(segmentation=without_spaces(value))
    return _Outline(segmentation=value)


def _rle(found: _Rle) -> dict[str, Any]:
    """Return the struct; raises ValueError where a number does not fit into 64 bits."""
    is_text = isinstance(found.counts, str)
    lengths = None if is_text else found.counts
    if any(not -_LARGEST <= one < _LARGEST for one in (*found.size, *(lengths or ()))):
        raise ValueError
    return {
        "size": found.size,
        "counts": found.counts if is_text else None,
        "run_lengths": lengths,
    }
