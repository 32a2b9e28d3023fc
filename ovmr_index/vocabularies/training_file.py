"""What a training file labels with each category, whichever of the exported files it is."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from ovmr_index.formats.json_document import WRONG, JsonDocument, Key

_LISTS = ("annotations", "images", "categories")


class LabelCounts(NamedTuple):
    """How many boxes or exemplars, and how many whole images, have each category id.

    `names` are the names by id that the file itself holds.
    """

    entries: Counter[int]
    images: Counter[int]
    names: dict[int, str]


class _Entry(Struct):
    category_id: Key


class _Image(Struct):
    pos_category_ids: tuple[Key, ...] = ()


class _Category(Struct):
    id: Key
    name: str


_ENTRY = msgspec.json.Decoder(_Entry)
_IMAGE = msgspec.json.Decoder(_Image)
_CATEGORY = msgspec.json.Decoder(_Category)
_ARRAY = msgspec.json.Decoder(list[Raw])


def count_labels(path: Path) -> LabelCounts:
    """Count what a file labels: annotations, imagenet-lvis, exemplars or a sample.

    Images count by their `pos_category_ids`.

    Raises:
        RecordError: The file is another kind of file.
    """
    document = JsonDocument(path)
    if document.is_array:
        groups = enumerate(document.elements())
        return _labels(_of_groups(document, ((f"[{i}]", raw) for i, raw in groups)))
    members = document.members()
    if "annotations" not in members:
        groups_by_name = ((f"`{name}`", raw) for name, raw in members.items())
        return _labels(_of_groups(document, groups_by_name))
    lists = {name: document.array(members, name) for name in _LISTS if name in members}
    found = _labels(
        document.decode(_ENTRY, raw, f"annotations[{i}]").category_id
        for i, raw in enumerate(lists["annotations"])
    )
    for i, raw in enumerate(lists.get("images", ())):
        found.images.update(document.decode(_IMAGE, raw, f"images[{i}]").pos_category_ids)
    for i, raw in enumerate(lists.get("categories", ())):
        category = document.decode(_CATEGORY, raw, f"categories[{i}]")
        found.names[category.id] = category.name
    return found


def _labels(category_ids: Iterator[int]) -> LabelCounts:
    return LabelCounts(Counter(category_ids), Counter(), {})


def _of_groups(document: JsonDocument, groups: Iterator[tuple[str, Raw]]) -> Iterator[int]:
    """Yield the category of each exemplar of lists of them."""
    for where, group in groups:
        try:
            elements = _ARRAY.decode(group)
        except WRONG as error:
            raise document.bad_record(group, where, error) from None
        for i, raw in enumerate(elements):
            yield document.decode(_ENTRY, raw, f"{where}[{i}]").category_id
