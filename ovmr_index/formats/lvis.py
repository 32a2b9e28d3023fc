"""LVIS annotation files, v1 and v0.5: categories, images, boxes with polygons.

Format: https://www.lvisdataset.org/dataset. An image of v1 has no `file_name`: its path is the
last two parts of `coco_url`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_json import (
    ABSENT,
    AnnotationFields,
    AnyAnnotation,
    CategoryFields,
    CocoFormatReader,
    ImageFields,
)
from ovmr_index.formats.json_document import Key, Name, Pixel, other_fields
from ovmr_index.formats.records import ImageRecord
from ovmr_index.storage.paths import split_path, split_url


class _Category(CategoryFields):
    id: Key
    name: str
    synset: Name
    frequency: str | None = None


class _Image(ImageFields, kw_only=True):
    id: Key


class _Annotation(AnnotationFields):
    id: Key
    image_id: Key
    category_id: Key
    bbox: tuple[Pixel, Pixel, Pixel, Pixel]
    area: Pixel
    segmentation: Raw = ABSENT


class _UsualAnnotation(_Annotation, forbid_unknown_fields=True):
    """An annotation with the published fields and no others, as nearly all are."""


class _AnyAnnotation(_Annotation):
    """An annotation of a file that says more than LVIS's own."""

    iscrowd: Any = UNSET


_IMAGE = msgspec.json.Decoder(_Image)
_ANNOTATION = msgspec.json.Decoder(_AnyAnnotation)
_COLUMNS = frozenset(_Annotation.__struct_fields__)


class LvisReader(CocoFormatReader):
    """An LVIS file: each category has a synset, no box has a negative number."""

    category_decoder = msgspec.json.Decoder(_Category)
    usual_decoder = msgspec.json.Decoder(list[_UsualAnnotation])

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError for one that only says what whole images show."""
        super().__init__(path)
        images = self._lists["images"]
        if images and not self.total and b'"pos_category_ids"' in bytes(images[0]):
            problem = "has pos_category_ids and no annotations: it was made for training"
            remedy = "give an annotation file of LVIS"
            raise self._document.error("images[0]", problem, remedy)

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images, with the path that `coco_url` ends in."""
        for where, raw, image in self._records("images", _IMAGE):
            folder, name = self._path(image, where)
            yield ImageRecord(
                key=image.id,
                folder=folder,
                name=name,
                width=image.width,
                height=image.height,
                coco_id=image.id,
                negative=image.neg_category_ids,
                not_exhaustive=image.not_exhaustive_category_ids,
                record=self._document.text(raw, where),
            )

    @staticmethod
    def usual_fields(_: _UsualAnnotation) -> None:
        """Return None: every field has a column."""

    @staticmethod
    def annotation(raw: Raw) -> AnyAnnotation:
        """Return any annotation."""
        found = _ANNOTATION.decode(raw)
        return AnyAnnotation(found, other_fields(raw, _COLUMNS), found.iscrowd == 1)

    def _path(self, image: _Image, where: str) -> tuple[str, str]:
        """Return folder and name; `file_name` serves only where there is no URL."""
        from_url = None if image.coco_url is None else split_url(image.coco_url)
        from_name = None if image.file_name is None else split_path(image.file_name)
        for field, given, path in (
            ("coco_url", image.coco_url, from_url),
            ("file_name", image.file_name, from_name),
        ):
            if given is not None and path is None:
                raise self._bad_path(where, image.id, field, given)
        path = from_url or from_name
        if path is None:
            raise self._no_path(where, image.id, "coco_url")
        return path


FORMAT = Format(
    "lvis",
    reader=LvisReader,
    counted="annotations",
    floors_boxes=True,
    has_crowds=False,
    has_coco_ids=True,
    has_frequencies=True,
    downloads={
        "lvis_v1_train.json": "lvis_v1_train.json.zip of LVIS",
        "lvis_v1_val.json": "lvis_v1_val.json.zip of LVIS",
        "train2017": "train2017.zip of COCO",
        "val2017": "val2017.zip of COCO",
    },
)
