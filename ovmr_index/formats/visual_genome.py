"""Visual Genome: `objects.json` (boxes with synsets) and `image_data.json` (their images).

Format: https://homes.cs.washington.edu/~ranjay/visualgenome/api.html. An image's path is the last
two parts of its `url`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from ovmr_index.errors import Issue
from ovmr_index.formats.base import Format
from ovmr_index.formats.json_document import (
    WRONG,
    JsonDocument,
    Key,
    Name,
    Side,
    SignedPixel,
    fingerprint,
    other_fields,
)
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    RegionColumns,
    RegionRecord,
)
from ovmr_index.storage.paths import split_url

_ESTIMATED_FROM = 200


class _Image(Struct):
    image_id: Key
    url: str
    width: Side | None = None
    height: Side | None = None
    coco_id: Key | None = None


class _Objects(Struct):
    image_id: Key
    objects: list[Raw]


class _Object(Struct):
    object_id: Key
    x: SignedPixel
    y: SignedPixel
    w: SignedPixel
    h: SignedPixel
    synsets: tuple[Name, ...] = ()


class _UsualObject(_Object, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An object with the published fields and no others, as nearly all are."""

    names: tuple[str, ...]
    merged_object_ids: tuple[int, ...]


class _ObjectsOfImage(Struct):
    image_id: Key
    objects: Sequence[_Object]


class _UsualObjects(_ObjectsOfImage):
    objects: Sequence[_UsualObject]


_IMAGE = msgspec.json.Decoder(_Image)
_OBJECTS = msgspec.json.Decoder(_Objects)
_OBJECT = msgspec.json.Decoder(_Object)
_USUAL_OBJECTS = msgspec.json.Decoder(_UsualObjects)
_COLUMNS = frozenset(("object_id", "x", "y", "w", "h", "synsets"))
_USUAL_FIELDS = ("names", "merged_object_ids")


def visual_genome_files(folder: Path) -> tuple[Path, ...]:
    """Return the files that are read in a folder of Visual Genome."""
    return (folder / "objects.json", folder / "image_data.json")


class VisualGenomeReader:
    """The two files of Visual Genome in one folder, in the order of `objects.json`."""

    region_name = "object"
    unit = "images"
    parts = 64

    def __init__(self, folder: Path) -> None:
        """Open both files; raises RecordError unless each is an array."""
        self.files = visual_genome_files(folder)
        self.problems: list[Issue] = []
        self._objects, self._image_data = (JsonDocument(path) for path in self.files)
        self._groups = self._objects.elements()
        self.total = len(self._groups)
        self.done = 0

    def header(self) -> str:
        """Return an empty object: the files hold nothing but records."""
        return "{}"

    def region_count(self) -> int:
        """Return about how many objects there are, estimated from the first images."""
        first = self._groups[:_ESTIMATED_FROM]
        groups = [self._objects.decode(_OBJECTS, raw, f"[{i}]") for i, raw in enumerate(first)]
        return sum(len(group.objects) for group in groups) * len(self._groups) // max(1, len(first))

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield nothing: objects have synsets, not categories."""
        return iter(())

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images of `image_data.json`."""
        for i, raw in enumerate(self._image_data.elements()):
            where = f"[{i}]"
            image = self._image_data.decode(_IMAGE, raw, where)
            path = split_url(image.url)
            if path is None:
                problem = f"url {image.url!r} is not a path below the folder of the images"
                where = f"{where} (id {image.image_id})"
                raise self._image_data.error(where, problem, "fix the record")
            yield ImageRecord(
                key=image.image_id,
                folder=path[0],
                name=path[1],
                width=image.width,
                height=image.height,
                coco_id=image.coco_id,
                negative=(),
                not_exhaustive=(),
                record=self._image_data.text(raw, where),
            )

    def images_fingerprint(self) -> str:
        """Return the SHA-256 of the entries of `image_data.json`."""
        return fingerprint(self._image_data.elements())

    def block_fingerprint(self, start: int) -> str:
        """Return the SHA-256 of the images' objects from the image `start` on: a block."""
        return fingerprint(self._groups[start : start + self.parts])

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the objects; a box (xywh, pixels) may be negative or leave its image."""
        for start in range(0, self.total, self.parts):
            yield from self.block(start).records()

    def block(self, start: int) -> RegionColumns:
        """Return the objects of a block, those from the image `start` on."""
        raws = self._groups[start : start + self.parts]
        self.done = start + len(raws)
        image_keys: list[int] = []
        objects: list[_Object] = []
        fields: list[str | None] = []
        for i, raw in enumerate(raws, start):
            group, others = self._group(i, raw)
            image_keys += [group.image_id] * len(group.objects)
            objects += group.objects
            fields += others
        count = len(objects)
        return RegionColumns(
            self.done,
            [found.object_id for found in objects],
            image_keys,
            [None] * count,
            [found.synsets for found in objects],
            [found.x for found in objects],
            [found.y for found in objects],
            [found.w for found in objects],
            [found.h for found in objects],
            [None] * count,
            [None] * count,
            fields,
        )

    def _group(self, i: int, raw: Raw) -> tuple[_ObjectsOfImage, Sequence[str | None]]:
        """Return the objects of an image, and of each the fields that have no column, as JSON."""
        try:
            usual = _USUAL_OBJECTS.decode(raw)
        except WRONG:
            return self._unusual_group(i, raw)
        return usual, [_usual_fields(one.names, one.merged_object_ids) for one in usual.objects]

    def _unusual_group(self, i: int, raw: Raw) -> tuple[_ObjectsOfImage, Sequence[str | None]]:
        """Return the same of objects of which one has other fields, or is wrong."""
        group = self._objects.decode(_OBJECTS, raw, f"[{i}]")
        found, fields = [], []
        for j, raw_object in enumerate(group.objects):
            try:
                found.append(_OBJECT.decode(raw_object))
                fields.append(other_fields(raw_object, _COLUMNS, first=_USUAL_FIELDS))
            except WRONG as error:
                where = f"[{i}].objects[{j}]"
                raise self._objects.bad_record(raw_object, where, error) from None
        return _ObjectsOfImage(group.image_id, found), fields


@lru_cache(maxsize=100_000)  # most names come again: encoding each takes 0.6 s more
def _usual_fields(names: tuple[str, ...], merged_object_ids: tuple[int, ...]) -> str:
    """Return the fields without a column as `other_fields` writes them."""
    return msgspec.json.encode({"names": names, "merged_object_ids": merged_object_ids}).decode()


FORMAT = Format(
    "visual-genome",
    reader=VisualGenomeReader,
    files=visual_genome_files,
    counted="objects",
    record_kind="object",
    has_crowds=False,
    downloads={
        "objects.json": "objects.json.zip of Visual Genome",
        "image_data.json": "image_data.json.zip of Visual Genome",
        "VG_100K": "images.zip of Visual Genome",
        "VG_100K_2": "images2.zip of Visual Genome",
    },
)
