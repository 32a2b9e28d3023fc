"""A file of exemplars by category, in the shape of the published samples."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from ovmr_index.curation.mark_file import is_mark_file
from ovmr_index.errors import command, option, shortened
from ovmr_index.formats import lenient
from ovmr_index.formats.coco import Id
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.json_document import (
    WRONG,
    JsonDocument,
    Key,
    Name,
    SignedFloat,
    SignedPixel,
)
from ovmr_index.formats.records import Box

ExemplarKey = tuple[str, str, int | None]  # dataset, file name and region id: its name anywhere


def vocabulary_remedy() -> str:
    """Return what to type where a file may be of another vocabulary."""
    return f"give the {option('vocabulary')} that the file was made for"


class SampleEntry(NamedTuple):
    """An exemplar of a sample's file, by what names it in any index; a whole image has no box.

    Ids are keys, as those of `ImageRecord` and `RegionRecord`. `record` is all that the file says.
    """

    synset: str
    dataset: str
    file_name: str
    image_id: int | None
    region_id: int | None
    box: Box | None
    area: float | None = None
    record: Raw = Raw(b"{}")

    @property
    def key(self) -> ExemplarKey:
        """Return what names the exemplar in any index."""
        return self.dataset, self.file_name, self.region_id

    def describe(self) -> str:
        """Return the box, by its id as the file has it, or the file, as messages name it."""
        if self.region_id is None:
            return "the file"
        members = _MEMBERS.decode(self.record)
        text = members.get("id") if "bbox" in members else None
        return f"box {shortened(text) if isinstance(text, str) else self.region_id}"


class _Exemplar(Struct):
    """What is read of an exemplar: an annotation, an object of Visual Genome or an image."""

    dataset: Name
    file_name: Name
    category_id: Key
    synset: Name | None = None
    area: SignedFloat | None = None
    synsets: Any = ()
    image_id: Id | None = None
    id: Id | None = None
    bbox: tuple[SignedPixel, SignedPixel, SignedPixel, SignedPixel] | None = None
    object_id: Key | None = None
    x: SignedPixel | None = None
    y: SignedPixel | None = None
    w: SignedPixel | None = None
    h: SignedPixel | None = None

    def found_under(self) -> str:
        """Return the synset; raises one of `WRONG`, or ValueError, without it.

        An object of Visual Genome may have had a field `synset`, which is not meant.
        """
        of_object = msgspec.convert(self.synsets, list[Name]) if self._is_object else []
        synset = of_object[0] if len(of_object) == 1 else self.synset
        if synset is None:
            raise ValueError("has no `synset`")
        return synset

    def region(self) -> tuple[int, Box] | None:
        """Return the key and box of a region, None for a whole image.

        Raises ValueError for one without the other.
        """
        box = self._sides()
        if self.object_id is not None and box is not None:
            return self.object_id, box
        if self.bbox is not None:
            if self.id is None:
                raise ValueError("has a `bbox` but no `id`")
            return key_of(self.id), self.bbox
        if self.object_id is not None:
            raise ValueError("has an `object_id` but not all of `x`, `y`, `w`, `h`")
        return None

    @property
    def _is_object(self) -> bool:
        return self.object_id is not None and (self.bbox is None or self._sides() is not None)

    def _sides(self) -> Box | None:
        """Return the box of an object of Visual Genome, which may have a field `bbox` as well."""
        if self.x is None or self.y is None or self.w is None or self.h is None:
            return None
        return self.x, self.y, self.w, self.h


_MEMBERS = msgspec.json.Decoder(dict[str, Any])
_EXEMPLAR = msgspec.json.Decoder(_Exemplar)
_CHANGES: lenient.Changes = {
    "category_id": lenient.whole,
    "synset": lenient.text,
    "area": lenient.area,
    "image_id": lenient.key,
    "id": lenient.key,
    "bbox": lenient.box,
    "object_id": lenient.whole,
    **dict.fromkeys(("x", "y", "w", "h"), lenient.number),
}
_LIST = msgspec.json.Decoder(list[Raw])


def read_sample(path: Path, category_ids: Sequence[int]) -> list[list[SampleEntry]]:
    """Return the exemplars of each of `category_ids`, in their order, from the file at `path`.

    Raises RecordError, which names the entry, for a file that is no list of lists of exemplars, or
    is of other categories.
    """
    document = JsonDocument(path)
    if is_mark_file(path):
        remedy = f"run {command('curate import', path)}"
        raise document.error("", "holds marks of exemplars, and no sample", remedy)
    groups = document.elements()
    if len(groups) != len(category_ids):
        problem = f"holds {len(groups)} lists for {len(category_ids)} categories"
        raise document.error("", problem, vocabulary_remedy())
    lists = []
    for i, (category_id, group) in enumerate(zip(category_ids, groups, strict=True)):
        raws: list[Raw] = document.decode(_LIST, group, f"[{i}]")
        entries = enumerate(raws)
        lists.append([_entry(document, raw, f"[{i}][{j}]", category_id) for j, raw in entries])
    return lists


def _entry(document: JsonDocument, raw: Raw, where: str, category_id: int) -> SampleEntry:
    found = document.decode(_EXEMPLAR, raw, where, _CHANGES)
    if found.category_id != category_id:
        problem = f"is of category {found.category_id}, among those of category {category_id}"
        raise document.error(where, problem, vocabulary_remedy())
    try:
        synset, region = found.found_under(), found.region()
    except WRONG as error:
        raise document.bad_record(raw, where, error) from None
    except ValueError as error:
        raise document.error(where, str(error), "fix or remove the record") from None
    image_id = None if found.image_id is None else key_of(found.image_id)
    region_id, box = (None, None) if region is None else region
    return SampleEntry(
        synset, found.dataset, found.file_name, image_id, region_id, box, found.area, raw
    )
