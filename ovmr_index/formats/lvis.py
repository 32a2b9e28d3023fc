"""LVIS annotation files, v1 and v0.5: categories, pictures, boxes with polygons.

Format: https://www.lvisdataset.org/dataset. A picture of v1 has no `file_name`: its path is the
last two parts of `coco_url`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Raw

from ovmr_index.formats.coco_json import (
    ABSENT,
    AnnotationFields,
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


_IMAGE = msgspec.json.Decoder(_Image)
_ANNOTATION = msgspec.json.Decoder(_Annotation)
_COLUMNS = frozenset(_Annotation.__struct_fields__)


def lvis_files(path: Path) -> tuple[Path, ...]:
    """Return the files that are read for the LVIS file at `path`: itself."""
    return (path,)


class LvisReader(CocoFormatReader):
    """An LVIS file: each category has a synset, no box has a negative number."""

    category_decoder = msgspec.json.Decoder(_Category)
    usual_decoder = msgspec.json.Decoder(list[_UsualAnnotation])

    def images(self) -> Iterator[ImageRecord]:
        """Yield the pictures, with the path that `coco_url` ends in."""
        for place, raw, image in self._records("images", _IMAGE):
            folder, name = self._path(image, place)
            yield ImageRecord(
                key=image.id,
                folder=folder,
                name=name,
                width=image.width,
                height=image.height,
                coco_id=image.id,
                negative=image.neg_category_ids,
                not_exhaustive=image.not_exhaustive_category_ids,
                record=self._document.text(raw, place),
            )

    @staticmethod
    def usual_fields(_: _UsualAnnotation) -> None:
        """Return None: every field has a column."""

    @staticmethod
    def annotation(raw: Raw) -> tuple[AnnotationFields, str | None]:
        """Return any annotation, and a JSON object of the fields that have no column."""
        return _ANNOTATION.decode(raw), other_fields(raw, _COLUMNS)

    def _path(self, image: _Image, place: str) -> tuple[str, str]:
        """Return folder and name; `file_name` serves only where there is no URL."""
        from_url = None if image.coco_url is None else split_url(image.coco_url)
        from_name = None if image.file_name is None else split_path(image.file_name)
        for field, given, path in (
            ("coco_url", image.coco_url, from_url),
            ("file_name", image.file_name, from_name),
        ):
            if given is not None and path is None:
                raise self._bad_path(place, image.id, field, given)
        path = from_url or from_name
        if path is None:
            raise self._no_path(place, image.id, "coco_url")
        return path
