"""What a training file labels with each category, whichever of the exported files it is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import RecordError, folded, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.json_document import WRONG, JsonDocument, Key, is_object

_LISTS = ("annotations", "images", "categories")
_OTHERS = ("info", "licenses")  # what an annotation file holds beside them
_ALIKE = 0.77  # `category` is `categories`, and `image_id` is not `images`
_GIVE_TRAINING_FILE = "give the file that training reads"


class FileCategory(NamedTuple):
    """What a file says of a category: its name and synset, or the key of its list of exemplars."""

    name: str | None = None
    synset: str | None = None
    key: str | None = None

    @property
    def called(self) -> str | None:
        """What messages call it."""
        return self.name or self.synset or self.key


class LabelCounts(NamedTuple):
    """How many boxes or exemplars, and how many whole images, have each category id.

    `categories` are those by id that the file itself holds. `keyed` counts the exemplars of an
    object of lists by key and category id; `places` those of a list of lists by place and id, of
    as many places as `lists` says.
    """

    entries: Counter[int]
    images: Counter[int]
    categories: dict[int, FileCategory]
    keyed: Counter[tuple[str, int]]
    places: Counter[tuple[int, int]]
    lists: int = 0

    def all_ids(self) -> set[int]:
        """Return the category ids that something is labelled with."""
        return {*self.entries, *self.images}


class _Entry(Struct):
    category_id: Key


class _Image(Struct):
    pos_category_ids: tuple[Key, ...] = ()


class _Category(Struct):
    id: Key
    name: str | None = None
    synset: str | None = None


# Members mean what they mean where the file is ingested.
_ENTRY_CHANGES: lenient.Changes = {"category_id": lenient.whole}
_IMAGE_CHANGES: lenient.Changes = {"pos_category_ids": lenient.keys}
_CATEGORY_CHANGES: lenient.Changes = {
    "id": lenient.whole,
    "name": lenient.name,
    "synset": lenient.text,
}
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
    groups = document.elements() if document.is_array else []
    members = {} if document.is_array else document.members()
    if not groups and not members:
        problem = "holds no annotations, and no lists of exemplars"
        raise document.error("", problem, _GIVE_TRAINING_FILE)
    if groups and is_object(groups[0]):
        problem = "is a list of records, as the results of a detector are, and no training file"
        remedy = "give the annotation file that training reads, or lists of exemplars by category"
        raise document.error("", problem, remedy)
    if groups:
        return _of_places(document, groups)
    if _is_annotation_file(members):
        _require_lists(document, members)
        return _of_annotations(document, members)
    return _of_pools(document, members)


def require_labels(path: Path, labels: LabelCounts) -> None:
    """Raise RecordError for a file that labels nothing: nothing can be said of it."""
    if not (labels.entries or labels.images):
        problem = "labels no box, no exemplar and no image, so there is nothing to check"
        raise RecordError(path, "", problem, _GIVE_TRAINING_FILE)


def _is_annotation_file(members: Mapping[str, Raw]) -> bool:
    """Return whether a file is no object of exemplars, of which a key may be `images` too."""
    known = members.keys() & {*_LISTS, *_OTHERS}
    return "annotations" in members or len(known) in (max(2, len(known)), len(members))


def _require_lists(document: JsonDocument, members: Mapping[str, Raw]) -> None:
    """Raise RecordError where an annotation file lacks a list, or has one under another name."""
    for name in _LISTS:
        others = [one for one in members if one not in _LISTS]
        if name in members or not (near := _misspelt(name, others) or name == "annotations"):
            continue
        named = f", but `{shortened(near)}`" if isinstance(near, str) else ""
        remedy = f"rename it to `{name}`" if named else _GIVE_TRAINING_FILE
        raise document.error("", f"has no member `{name}`{named}", remedy)


def _misspelt(name: str, others: Sequence[str]) -> str | None:
    """Return which of other names is meant as a name, in another case or with other letters."""
    spelled = {folded(other): other for other in others}
    near = get_close_matches(name, spelled, 1, _ALIKE)
    return spelled[near[0]] if near else None


def _of_annotations(document: JsonDocument, members: Mapping[str, Raw]) -> LabelCounts:
    """Count the labels of a file in COCO's format, whose categories are its own where it has any.

    Raises RecordError for a label with a category that is not among them.
    """
    lists = {name: document.array(members, name) for name in _LISTS if name in members}
    categories = _categories(document, lists.get("categories", ()))
    found = _labels(())._replace(categories=categories)

    def count(counts: Counter[int], where: str, category_ids: Iterable[int]) -> None:
        """Count labels of a record; raises RecordError for one of no category of the file."""
        for category_id in category_ids:
            if categories and category_id not in categories:
                problem = f"its category {category_id} is not among the file's categories"
                raise document.error(where, problem, "fix or remove the record")
            counts[category_id] += 1

    for i, raw in enumerate(lists["annotations"]):
        where = f"annotations[{i}]"
        entry = document.decode(_ENTRY, raw, where, _ENTRY_CHANGES)
        count(found.entries, where, (entry.category_id,))
    for i, raw in enumerate(lists.get("images", ())):
        where = f"images[{i}]"
        image = document.decode(_IMAGE, raw, where, _IMAGE_CHANGES)
        count(found.images, where, image.pos_category_ids)
    return found


def _categories(document: JsonDocument, raws: Sequence[Raw]) -> dict[int, FileCategory]:
    """Return the categories of a file by id; raises RecordError for two with one id."""
    found: dict[int, FileCategory] = {}
    for i, raw in enumerate(raws):
        category = document.decode(_CATEGORY, raw, f"categories[{i}]", _CATEGORY_CHANGES)
        if category.id in found:
            where = f"categories[{i}] (id {category.id})"
            problem = "another category before it has the same id"
            raise document.error(where, problem, "remove one of them")
        found[category.id] = FileCategory(category.name, category.synset)
    return found


def _of_pools(document: JsonDocument, members: Mapping[str, Raw]) -> LabelCounts:
    """Count the exemplars of an object of lists, each under the key of its category.

    An id that is in the lists of several says nothing of what it means.
    """
    found = _labels(())
    for key, raw in members.items():
        for category_id in _of_groups(document, [(f"`{key}`", raw)]):
            found.entries[category_id] += 1
            found.keyed[key, category_id] += 1
    lists = Counter(category_id for _, category_id in found.keyed)
    for key, category_id in found.keyed:
        if lists[category_id] == 1:
            found.categories[category_id] = FileCategory(key=key)
    return found


def _labels(category_ids: Iterable[int]) -> LabelCounts:
    return LabelCounts(Counter(category_ids), Counter(), {}, Counter(), Counter())


def _of_places(document: JsonDocument, groups: Sequence[Raw]) -> LabelCounts:
    """Count the exemplars of a list of lists, each at the place of its category."""
    places = Counter(
        (i, category_id)
        for i, raw in enumerate(groups)
        for category_id in _of_groups(document, [(f"[{i}]", raw)])
    )
    found = _labels(())._replace(places=places, lists=len(groups))
    for (_, category_id), count in places.items():
        found.entries[category_id] += count
    return found


def _of_groups(document: JsonDocument, groups: Iterable[tuple[str, Raw]]) -> Iterator[int]:
    """Yield the category of each exemplar of lists of them."""
    for where, group in groups:
        try:
            elements = _ARRAY.decode(group)
        except WRONG as error:
            raise document.bad_record(group, where, error) from None
        for i, raw in enumerate(elements):
            yield document.decode(_ENTRY, raw, f"{where}[{i}]", _ENTRY_CHANGES).category_id
