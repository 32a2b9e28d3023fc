"""The masks of annotations: polygons and run lengths, checked but hardly decoded."""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from ovmr_index.formats.json_document import WHITE_SPACE, SignedFloat

_Pixels = Annotated[int, Meta(ge=0, le=2**53)]


class _RunLengths(Struct):
    """Run-length encoded mask, COCO's other form of a segmentation; packed ones are not decoded."""

    counts: str | list[_Pixels]
    size: tuple[_Pixels, _Pixels]


class _Masked(Struct):
    segmentation: list[list[SignedFloat]] | _RunLengths | None


_SEGMENTATION = msgspec.json.Decoder(list[list[SignedFloat]] | _RunLengths | None)
_OF_NUMBERS = b"0123456789.-" + WHITE_SPACE
# What arrays consist of stays, the rest becomes x; each digit becomes 0.
_SIGNS = bytes(i if i in b",[];" else ord("x") for i in range(256))
_DIGITS = bytes(ord("0") if chr(i).isdigit() and i < 128 else i for i in range(256))
_BETWEEN = b";"  # is in no JSON outside strings
_LONG = b"0" * 16  # digits; a number with fewer is below 2**53
_MANY = 1 << 16  # bytes that are worth the import of numpy
_WORD = 8  # bytes
_HIGH_BITS, _HIGH_BITS_OF_DIGITS = 0xF0F0_F0F0_F0F0_F0F0, 0x3030_3030_3030_3030


def require_mask(raw: Raw) -> None:
    """Raise ValidationError for what is neither polygons nor run lengths; nothing is no mask."""
    if raw and not are_polygons([raw]):
        _require_whole(_SEGMENTATION.decode(raw))


def require_masks(raws: Sequence[Raw]) -> None:
    """Do what `require_mask` does for each of many."""
    if not are_polygons(raws):
        for raw in raws:
            require_mask(raw)


def checked_mask(mask: Any) -> Any:
    """Return a decoded mask; raises ValidationError for what is none."""
    _require_whole(msgspec.convert({"segmentation": mask}, _Masked).segmentation)
    return mask


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


def _has_long_number(text: bytes) -> bool:
    """Return whether some number has 16 digits or more.

    Then eight bytes at a multiple of eight are all digits, which tells soonest that none has.
    """
    if len(text) < _MANY:
        return _LONG in text.translate(_DIGITS)
    import numpy as np

    words = np.frombuffer(text, np.uint64, len(text) // _WORD)
    if not np.any((words & _HIGH_BITS) == _HIGH_BITS_OF_DIGITS):
        return False
    return _LONG in text.translate(_DIGITS)


def are_polygons(raws: Sequence[Raw]) -> bool:
    """Whether all are polygons of usual numbers, each of an even number of them.

    JSON that begins with two brackets, ends with two, and has none between but those that separate
    one array from the next, is an array of arrays of numbers. A check of many at once takes a
    third of the time of decoding them.
    """
    text = _BETWEEN.join(raws)
    signs = text.translate(_SIGNS, _OF_NUMBERS)
    if b"x" in signs or _has_long_number(text):
        return False
    # In JSON two commas meet only where the numbers between them are gone: few signs are left.
    signs = signs.replace(b",,", b"")
    ends, parts = signs.count(b"]];[["), signs.count(b"],[")
    brackets = 2 * len(raws) + parts
    return (
        signs.startswith(b"[[")
        and signs.endswith(b"]]")
        and ends == len(raws) - 1
        and signs.count(b"[") == signs.count(b"]") == brackets
        and b"[]" not in signs  # as of an odd number of coordinates
    )
