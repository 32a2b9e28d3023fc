"""LVIS annotation files, v1 and v0.5: categories, images, boxes with polygons.

Format: https://www.lvisdataset.org/dataset. An image of v1 has no `file_name`: its path is the
last two parts of `coco_url`.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from ovmr_index.formats import lenient, terms
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import ABSENT, AnnotationFields
from ovmr_index.formats.coco_json import (
    IMAGE_CHANGES,
    CategoryFields,
    CocoFormatReader,
    ImageFields,
)
from ovmr_index.formats.json_document import Key, Name, Pixel
from ovmr_index.formats.records import ImageRecord

_IMAGE_CHANGES = {**IMAGE_CHANGES, "id": lenient.whole}


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


class _UsualAnnotation(_Annotation, gc=False):
    """An annotation with the published fields as they are published; it may have others."""


class _AnyAnnotation(_Annotation):
    """An annotation of a file that says more than LVIS's own."""

    iscrowd: Any = UNSET


_IMAGE = msgspec.json.Decoder(_Image)


class LvisReader(CocoFormatReader):
    """An LVIS file: each category has a synset, no box has a negative number."""

    category_decoder = msgspec.json.Decoder(_Category)
    usual_decoder = msgspec.json.Decoder(list[_UsualAnnotation])
    annotation_decoder = msgspec.json.Decoder(_AnyAnnotation)

    def __init__(self, path: Path) -> None:
        """Open the file; raises RecordError for one that only says what whole images show."""
        super().__init__(path)
        images = self._lists["images"]
        if images and not self.total and b'"pos_category_ids"' in bytes(images[0]):
            problem = "has pos_category_ids and no annotations: it was made for training"
            remedy = "give an annotation file of LVIS"
            raise self._document.error("images[0]", problem, remedy)

    def _image(self, raw: Raw, where: str) -> ImageRecord:
        """Return an image, with the path that `coco_url` ends in, else by its `file_name`."""
        image = self._document.decode(_IMAGE, raw, where, _IMAGE_CHANGES)
        from_url = self._path_of(image, where, "coco_url")
        path = self._path_of(image, where, "file_name")
        path = from_url or path
        if path is None:
            raise self._no_path(where, image, "coco_url")
        return ImageRecord(
            image.id,
            *path,
            image.width,
            image.height,
            image.id,
            image.neg_category_ids,
            image.not_exhaustive_category_ids,
            self._document.record_text(raw, where),
        )


FORMAT = Format(
    "lvis",
    reader=LvisReader,
    counted="annotations",
    floors_boxes=True,
    has_crowds=False,
    has_coco_ids=True,
    has_frequencies=True,
    is_federated=True,
    terms=terms.LVIS,
    downloads={
        "lvis_v1_train.json": "lvis_v1_train.json.zip of LVIS",
        "lvis_v1_val.json": "lvis_v1_val.json.zip of LVIS",
        "train2017": "train2017.zip of COCO",
        "val2017": "val2017.zip of COCO",
    },
)
