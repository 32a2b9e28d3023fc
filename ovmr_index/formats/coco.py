"""Any file in COCO's format: COCO, Objects365, OpenImages Challenge 2019, V3Det, LVIS's as well.

Format: https://cocodataset.org/#format-data, with what others make of it: an annotation may lack
`area` and `segmentation`, a box may leave its image, an id may be text (OpenImages).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from ovmr_index.formats import lenient
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import ABSENT, AnnotationFields, key_of
from ovmr_index.formats.coco_json import (
    CATEGORY_CHANGES,
    IMAGE_CHANGES,
    CategoryFields,
    CocoFormatReader,
    ImageFields,
)
from ovmr_index.formats.json_document import Key, Name, SignedPixel
from ovmr_index.formats.records import ImageRecord

Id = Key | Annotated[str, Meta(min_length=1, max_length=1_000)]
_Flag = Literal[0, 1] | UnsetType

_COCO_URL = re.compile(
    r"https?://(?:[a-z0-9-]+\.)*(?:cocodataset|mscoco)\.org/(?:[^?#]*/)?"
    r"(?:COCO_[a-z0-9]+_)?0*([0-9]{1,12})(?:\.jpg)?"
)


class _Category(CategoryFields):
    id: Key
    name: str
    synset: Name | None = None
    frequency: str | None = None


class _Image(ImageFields, kw_only=True):
    id: Id


class _Annotation(Struct):
    id: Id
    image_id: Id
    category_id: Key
    bbox: tuple[SignedPixel, SignedPixel, SignedPixel, SignedPixel]
    area: SignedPixel | UnsetType | None = UNSET
    segmentation: Raw = ABSENT
    iscrowd: Any = UNSET


class _UsualAnnotation(AnnotationFields, gc=False):
    """An annotation of COCO, Objects365 or V3Det as nearly all are; it may have other fields."""

    id: Key
    image_id: Key
    category_id: Key
    bbox: tuple[SignedPixel, SignedPixel, SignedPixel, SignedPixel]
    area: SignedPixel = cast(Any, None)  # where it is absent; null is unusual
    segmentation: Raw = ABSENT
    iscrowd: _Flag = UNSET
    isfake: _Flag = UNSET
    isreflected: _Flag = UNSET
    ignore: _Flag = UNSET


_CATEGORY_CHANGES = {**CATEGORY_CHANGES, "synset": lenient.text}
_IMAGE = msgspec.json.Decoder(_Image)
_FLAGS = _UsualAnnotation.__struct_fields__[len(AnnotationFields.__struct_fields__) :]


class CocoReader(CocoFormatReader):
    """A file in COCO's format, whatever it lacks beyond ids, boxes and names.

    Of an id that is text the number is a hash: `key` is one.
    """

    category_decoder = msgspec.json.Decoder(_Category)
    category_changes = _CATEGORY_CHANGES
    usual_decoder = msgspec.json.Decoder(list[_UsualAnnotation])
    annotation_decoder = msgspec.json.Decoder(_Annotation)

    def _image(self, raw: Raw, where: str) -> ImageRecord:
        """Return an image by its `file_name`, else by the last two parts of `coco_url`.

        One whose `coco_url` leads to COCO is known as COCO's image of that number.
        """
        image = self._document.decode(_IMAGE, raw, where, IMAGE_CHANGES)
        path = self._path_of(image, where, "file_name")
        path = path or self._path_of(image, where, "coco_url")
        if path is None:
            raise self._no_path(where, image, "file_name")
        from_coco = _COCO_URL.fullmatch(image.coco_url or "")
        return ImageRecord(
            key_of(image.id),
            *path,
            image.width,
            image.height,
            None if from_coco is None else int(from_coco[1]),
            image.neg_category_ids,
            image.not_exhaustive_category_ids,
            self._document.record_text(raw, where),
        )

    @staticmethod
    def usual_fields(annotations: Sequence[_UsualAnnotation]) -> Sequence[str | None]:
        """Return a JSON object of the flags that each annotation has."""
        return [_flags(one.iscrowd, one.isfake, one.isreflected, one.ignore) for one in annotations]

    @staticmethod
    def usual_crowds(annotations: Sequence[_UsualAnnotation]) -> Sequence[bool]:
        """Return which annotations are crowds."""
        return [annotation.iscrowd == 1 for annotation in annotations]


@lru_cache(maxsize=256)
def _flags(*values: int | UnsetType) -> str | None:
    """Return the flags that are set as a JSON object, as `other_fields` writes it."""
    given = {name: value for name, value in zip(_FLAGS, values, strict=True) if value is not UNSET}
    return msgspec.json.encode(given).decode() if given else None


FORMAT = Format(
    "coco",
    reader=CocoReader,
    counted="annotations",
    floors_boxes=True,
    has_path_options=True,
    downloads={"train2017": "train2017.zip of COCO", "val2017": "val2017.zip of COCO"},
)
