"""The masks of annotations: polygons and run lengths as JSON text, checked but hardly decoded."""

from math import prod
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from ovmr_index.formats.json_document import WHITE_SPACE, SignedFloat, without_white_space

_Pixels = Annotated[int, Meta(ge=0, le=2**53)]


class _RunLengths(Struct):
    """Run-length encoded mask, COCO's other form of a segmentation; packed ones are not decoded."""

    counts: str | list[_Pixels]
    size: tuple[_Pixels, _Pixels]


class _Masked(Struct):
    segmentation: list[list[SignedFloat]] | _RunLengths | None


_SEGMENTATION = msgspec.json.Decoder(list[list[SignedFloat]] | _RunLengths | None)
# Each digit becomes 0; what else usual numbers and arrays consist of stays; the rest becomes x.
_SHAPE = bytes(48 if chr(i).isdigit() else i if i in b"-.,[];" else 120 for i in range(128)) + (
    b"x" * 128
)
_BETWEEN = b";"  # is in no JSON outside strings
_LONG = b"0" * 16  # digits; a number with fewer is below 2**53


def segmentation_text(raw: Raw) -> str | None:
    """Return polygons or run lengths as JSON text without white space, None where there are none.

    They are decoded, if at all, only to be checked.
    """
    if not raw:
        return None
    if (usual := usual_polygons([raw])) is not None:
        return usual[0]
    _require_whole(_SEGMENTATION.decode(raw))
    return without_white_space(raw).decode()


def mask_text(mask: Any) -> str:
    """Return a decoded mask as JSON text; raises ValidationError for what is none."""
    _require_whole(msgspec.convert({"segmentation": mask}, _Masked).segmentation)
    return msgspec.json.encode(mask).decode()


def _require_whole(mask: list[list[float]] | _RunLengths | None) -> None:
    """Raise ValidationError for half a point of a polygon, or runs of another size than said."""
    if isinstance(mask, _RunLengths):
        covered = prod(mask.size)
        if isinstance(mask.counts, list) and sum(mask.counts) != covered:
            problem = f"Expected runs of {covered} pixels, got {sum(mask.counts)}"
            raise msgspec.ValidationError(f"{problem} - at `$.segmentation.counts`")
        return
    for i, polygon in enumerate(mask or ()):
        if len(polygon) % 2:
            problem = f"Expected an even number of coordinates, got {len(polygon)}"
            raise msgspec.ValidationError(f"{problem} - at `$.segmentation[{i}]`")


def segmentation_texts(raws: list[Raw]) -> list[str | None]:
    """Return what `segmentation_text` does of each; raises one of `WRONG` where one is wrong."""
    usual = usual_polygons(raws)
    return [*map(segmentation_text, raws)] if usual is None else usual


def usual_polygons(raws: list[Raw]) -> list[str | None] | None:
    """Return what `segmentation_text` does of each, None unless all are polygons of usual numbers.

    JSON that begins with two brackets, ends with two, and has none between but those that separate
    one array from the next, is an array of arrays of numbers. A check of many at once takes half
    of the time of decoding them.
    """
    text = _BETWEEN.join(raws).translate(None, WHITE_SPACE)
    shape = text.translate(_SHAPE)
    if b"x" in shape or _LONG in shape:
        return None
    # In JSON two commas meet only where the numbers between them are gone: few signs are left.
    signs = shape.translate(None, b"0.-").replace(b",,", b"")
    ends, parts = signs.count(b"]];[["), signs.count(b"],[")
    brackets = 2 * len(raws) + parts
    usual = (
        signs.startswith(b"[[")
        and signs.endswith(b"]]")
        and ends == len(raws) - 1
        and signs.count(b"[") == signs.count(b"]") == brackets
        and b"[]" not in signs  # as of an odd number of coordinates
    )
    return [*text.decode().split(_BETWEEN.decode())] if usual else None
