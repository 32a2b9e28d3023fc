"""Annotations in COCO's format that are read together, and which of them have further members."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Raw

from ovmr_index.formats.coco_annotation import ABSENT, AnnotationFields
from ovmr_index.formats.json_document import WHITE_SPACE

_MEMBERS = ("id", "image_id", "category_id", "bbox", "area", "segmentation")
_BETWEEN = b"\n"
_SPACES = WHITE_SPACE.replace(_BETWEEN, b"")


class Annotations(NamedTuple):
    """Annotations with their texts, their fields, whether each is odd and whether it is a crowd.

    The last three are empty where no annotation has one, or is one.
    """

    annotations: Sequence[AnnotationFields]
    records: Sequence[str]
    fields: Sequence[str | None]
    are_odd: Sequence[bool]
    are_crowds: Sequence[bool]

    def whole(self) -> "Annotations":
        """Return the same with every column as long as the others."""
        none = [False] * len(self.records)
        return self._replace(
            fields=self.fields or [None] * len(self.records),
            are_odd=self.are_odd or none,
            are_crowds=self.are_crowds or none,
        )

    def others(self) -> list[int]:
        """Return which annotations have other members than columns and fields have, or one twice.

        Each member has a colon; a string, or an object within, may have more of them.
        """
        found = [text.count(":") for text in self.records]
        least = len(_MEMBERS)
        due = [
            least - (one.area is None) - (one.segmentation == ABSENT) for one in self.annotations
        ]
        if self.fields:
            more = [text.count(":") if text else 0 for text in self.fields]
            due = [*map(int.__add__, due, more)]
        return [] if found == due else [i for i, n in enumerate(found) if n != due[i]]


def compact(raws: list[Raw]) -> list[str]:
    """Return records without white space; none of their strings may hold any."""
    text = _BETWEEN.join(raws).translate(None, _SPACES)
    if text.count(_BETWEEN) != len(raws) - 1:  # they have lines of their own
        text = _BETWEEN.join([bytes(raw).translate(None, WHITE_SPACE) for raw in raws])
    return text.decode().split(_BETWEEN.decode())
