"""Any file in COCO's format: COCO, Objects365, OpenImages Challenge 2019, V3Det, LVIS's as well.

Format: https://cocodataset.org/#format-data, with what others make of it: an annotation may lack
`area` and `segmentation`, a box may leave its image, an id may be text (OpenImages).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_json import (
    ABSENT,
    AnnotationFields,
    AnyAnnotation,
    CategoryFields,
    CocoFormatReader,
    ImageFields,
)
from ovmr_index.formats.json_document import Key, Name, SignedPixel, other_fields
from ovmr_index.formats.records import ImageRecord
from ovmr_index.storage.paths import split_path, split_url

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
    area: SignedPixel | None = None
    segmentation: Raw = ABSENT
    iscrowd: Any = UNSET


class _UsualAnnotation(AnnotationFields, forbid_unknown_fields=True, gc=False):
    """An annotation of COCO, Objects365 or V3Det as nearly all are."""

    id: Key
    image_id: Key
    category_id: Key
    bbox: tuple[SignedPixel, SignedPixel, SignedPixel, SignedPixel]
    area: SignedPixel | None = None
    segmentation: Raw = ABSENT
    iscrowd: _Flag = UNSET
    isfake: _Flag = UNSET
    isreflected: _Flag = UNSET
    ignore: _Flag = UNSET


_IMAGE = msgspec.json.Decoder(_Image)
_ANNOTATION = msgspec.json.Decoder(_Annotation)
_COLUMNS = AnnotationFields.__struct_fields__
_FLAGS = _UsualAnnotation.__struct_fields__[len(_COLUMNS) :]


def key_of(identity: int | str) -> int:
    """Return the key of a record: its id, or 63 bits of the BLAKE2b of an id that is text."""
    return identity if isinstance(identity, int) else _key_of_text(identity)


@lru_cache(maxsize=4_096)  # annotations of one image stand together
def _key_of_text(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class CocoReader(CocoFormatReader):
    """A file in COCO's format, whatever it lacks beyond ids, boxes and names.

    An id that is text stays among an annotation's fields, since `key` is a number.
    """

    category_decoder = msgspec.json.Decoder(_Category)
    usual_decoder = msgspec.json.Decoder(list[_UsualAnnotation])

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images by their `file_name`, else by the last two parts of `coco_url`.

        One whose `coco_url` leads to COCO is known as COCO's image of that number.
        """
        for where, raw, image in self._records("images", _IMAGE):
            folder, name = self._path(image, where)
            from_coco = _COCO_URL.fullmatch(image.coco_url or "")
            yield ImageRecord(
                key=key_of(image.id),
                folder=folder,
                name=name,
                width=image.width,
                height=image.height,
                coco_id=None if from_coco is None else int(from_coco[1]),
                negative=image.neg_category_ids,
                not_exhaustive=image.not_exhaustive_category_ids,
                record=self._document.text(raw, where),
            )

    @staticmethod
    def usual_fields(annotation: _UsualAnnotation) -> str | None:
        """Return a JSON object of the flags that an annotation has."""
        return _flags(
            annotation.iscrowd, annotation.isfake, annotation.isreflected, annotation.ignore
        )

    @staticmethod
    def usual_crowds(annotations: Sequence[_UsualAnnotation]) -> Sequence[bool]:
        """Return which annotations are crowds."""
        return [annotation.iscrowd == 1 for annotation in annotations]

    @staticmethod
    def annotation(raw: Raw) -> AnyAnnotation:
        """Return any annotation; ids that are text are among its fields."""
        found = _ANNOTATION.decode(raw)
        texts = {name for name in ("id", "image_id") if isinstance(getattr(found, name), str)}
        fields = other_fields(raw, frozenset(_COLUMNS) - texts, first=_FLAGS)
        annotation = AnnotationFields(
            key_of(found.id),
            key_of(found.image_id),
            found.category_id,
            found.bbox,
            found.area,
            found.segmentation,
        )
        return AnyAnnotation(annotation, fields, found.iscrowd == 1)

    def _path(self, image: _Image, where: str) -> tuple[str, str]:
        for field, given, split in (
            ("file_name", image.file_name, split_path),
            ("coco_url", image.coco_url, split_url),
        ):
            if given is not None:
                path = split(given)
                if path is None:
                    raise self._bad_path(where, image.id, field, given)
                return path
        raise self._no_path(where, image.id, "file_name")


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
