"""Errors that name a region of a source; where it was read past, the source is read again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ovmr_index.errors import RecordError
from ovmr_index.formats.records import RegionColumns
from ovmr_index.formats.stream import AnnotationStream, open_stream


def dangling_region(stream: AnnotationStream, key: int, missing: str) -> RecordError:
    """Return the error of the region of an id whose image or category is `missing`."""
    return _dangling(stream, f"{stream.region_name} (id {key})", missing)


def duplicate_error(format_name: str, path: Path) -> RecordError:
    """Return the error of the second of two regions with one id, which are in this source."""
    seen: set[int] = set()
    with open_stream(format_name, path) as stream:
        _pass_images(stream)
        where = stream.region_name
        for position, key in enumerate(key for read in _regions(stream) for key in read.key):
            if key in seen:
                where = f"{stream.region_name} number {position} (id {key})"
                break
            seen.add(key)
    problem = "another record before it has the same id"
    return RecordError(stream.files[0], where, problem, "remove one of them")


def dangling_error(format_name: str, path: Path) -> RecordError:
    """Return the error of the first region of a source whose image or category is not there."""
    with open_stream(format_name, path) as stream:
        categories = {one.key for one in stream.categories}
        images = {one.key for batch in stream.images() for one in batch}
        for read in _regions(stream):
            for what, there, keys in (
                ("image", images, read.image_key),
                ("category", categories, read.category_key),
            ):
                found = _first_missing(there, read.key, keys)
                if found is not None:
                    return dangling_region(stream, found[0], f"{what} {found[1]}")
    return _dangling(stream, stream.region_name, "image or category")


def _dangling(stream: AnnotationStream, where: str, missing: str) -> RecordError:
    problem = f"its {missing} is not in {stream.files[-1].name}"
    return RecordError(stream.files[0], where, problem, "fix or remove the record")


def _first_missing(
    there: set[int], region_keys: Sequence[int], keys: Sequence[int | None]
) -> tuple[int, int] | None:
    """Return the first region that points to what is not there, and what it points to."""
    for region_key, key in zip(region_keys, keys, strict=True):
        if key is not None and key not in there:
            return region_key, key
    return None


def _pass_images(stream: AnnotationStream) -> None:
    for _ in stream.images():
        pass


def _regions(stream: AnnotationStream) -> Iterator[RegionColumns]:
    return (read for read in stream.regions() if isinstance(read, RegionColumns))
