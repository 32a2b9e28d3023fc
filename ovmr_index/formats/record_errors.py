"""Errors that name a region of a source; where it was read past, the source is read again."""

from collections.abc import Container, Iterator
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.own_ids import coco_number, id_in_file, with_coco_numbers
from ovmr_index.formats.placement import Placement
from ovmr_index.formats.records import RegionColumns
from ovmr_index.formats.stream import AnnotationStream, open_stream

_REMEDY = "fix or remove the record"
_WIDEST = 17  # digits, with zeros before: COCO's names have 12, ids of OpenImages 16


def missing_reason(
    stream: AnnotationStream, what: str, identity: int | str, there: Container[int]
) -> str:
    """Return what is wrong with a region whose image or category (`what`) is not `there`.

    An id that is text on one side and a number on the other is named.
    """
    reason = f"its {what} {shortened(repr(identity))} is not in {stream.files[-1].name}"
    if isinstance(identity, str):
        number = coco_number(identity)
        return f"{reason}, where {number} is a number" if number in there else reason
    padded = (str(identity).zfill(width) for width in range(len(str(identity)) + 1, _WIDEST))
    text = next((one for one in padded if key_of(one) in there), None)
    return reason if text is None else f"{reason}, where {text!r} is text"


def dangling_region(
    stream: AnnotationStream, read: RegionColumns, row: int, what: str, there: Container[int]
) -> RecordError:
    """Return the error of a region whose image or category (`what`) is not `there`."""
    where = f"{stream.region_name} (id {shortened(str(id_in_file(read, row)))})"
    identity = id_in_file(read, row, "image_id") if what == "image" else read.category_key[row]
    assert identity is not None
    reason = missing_reason(stream, what, identity, there)
    return RecordError(stream.files[0], where, reason, _REMEDY)


def duplicate_error(
    format_name: str, path: Path, placement: Placement | None = None
) -> RecordError:
    """Return the error of the second of two regions with one id, which are in this source."""
    seen: set[int] = set()
    with open_stream(format_name, path, placement=placement) as stream:
        _pass_images(stream)
        where = stream.region_name
        rows = ((read, row) for read in _regions(stream) for row in range(len(read.key)))
        for position, (read, row) in enumerate(rows):
            if read.key[row] in seen:
                identity = shortened(str(id_in_file(read, row)))
                where = f"{stream.region_name} number {position} (id {identity})"
                break
            seen.add(read.key[row])
    problem = "another record before it has the same id"
    return RecordError(stream.files[0], where, problem, "remove one of them")


def dangling_error(
    format_name: str, path: Path, images: Container[int], *, coco_ids: bool = False
) -> RecordError:
    """Return the error of the first region of a source whose image or category is not there.

    `images` are the ids of images that are there, with `coco_ids` by their numbers.
    """
    with open_stream(format_name, path) as stream:
        categories = {one.key for one in stream.categories}
        _pass_images(stream)
        for found in _regions(stream):
            read = with_coco_numbers(found, images) if coco_ids else found
            for what, there, keys in (
                ("image", images, read.image_key),
                ("category", categories, read.category_key),
            ):
                for row, key in enumerate(keys):
                    if key is not None and key not in there:
                        return dangling_region(stream, read, row, what, there)
    problem = f"its image or category is not in {stream.files[-1].name}"
    return RecordError(stream.files[0], stream.region_name, problem, _REMEDY)


def _pass_images(stream: AnnotationStream) -> None:
    for _ in stream.images():
        pass


def _regions(stream: AnnotationStream) -> Iterator[RegionColumns]:
    return (read for read in stream.regions() if isinstance(read, RegionColumns))
