"""Regions that can be stored: each id once, on an image and in a category that are there."""

from collections.abc import Container, Sequence
from typing import Any

from ovmr_index.errors import Issue, shortened
from ovmr_index.formats.own_ids import id_in_file
from ovmr_index.formats.record_errors import missing_reason
from ovmr_index.formats.records import RecordKeys, RegionColumns
from ovmr_index.formats.stream import AnnotationStream

_SEVERAL = "is the id of several records, of which one alone is in"


class SoundRegions:
    """What is left of the regions of a source where those at odds with the rest are left out.

    Each of these is put into the stream's problems. So is one whose image or category has the id of
    another record, too: nothing says which of the two is meant.
    """

    def __init__(
        self, images: Container[int], categories: Container[int], unclear: RecordKeys
    ) -> None:
        """Take the ids that regions may refer to, and of these the `unclear` ones."""
        self._images, self._categories, self._unclear = images, categories, unclear
        self._seen: set[int] = set()

    def of(self, stream: AnnotationStream, read: RegionColumns) -> RegionColumns:
        """Return the regions of a batch that can be stored."""
        kept = []
        for row, key in enumerate(read.key):
            reason = self._problem(stream, read, row)
            if reason is None:
                kept.append(row)
                self._seen.add(key)
            else:
                record = f"{stream.region_name} (id {shortened(str(id_in_file(read, row)))})"
                issue = Issue(file=str(stream.files[0]), record=record, reason=reason)
                stream.problems.append(issue)
        return read if len(kept) == len(read.key) else _only(read, kept)

    def _problem(self, stream: AnnotationStream, read: RegionColumns, row: int) -> str | None:
        """Return why a region cannot be stored, None for one that can."""
        if read.key[row] in self._seen:
            return "another record before it has the same id"
        category = read.category_key[row]
        if read.image_key[row] not in self._images:
            image = id_in_file(read, row, "image_id")
            return f"{missing_reason(stream, 'image', image, self._images)}, or was left out"
        if category is not None and category not in self._categories:
            reason = missing_reason(stream, "category", category, self._categories)
            return f"{reason}, or was left out"
        if read.image_key[row] in self._unclear.images:
            image = id_in_file(read, row, "image_id")
            return f"its image {shortened(repr(image))} {_SEVERAL}"
        if category in self._unclear.categories:
            return f"its category {category} {_SEVERAL}"
        return None


def _only(read: RegionColumns, rows: Sequence[int]) -> RegionColumns:
    """Return some rows of a batch."""
    columns: list[Any] = [[column[row] for row in rows] if column else () for column in read[1:]]
    return RegionColumns(read.done, *columns)
