"""Visual Genome: `objects.json` (boxes with synsets) and `image_data.json` (their images).

Format: https://homes.cs.washington.edu/~ranjay/visualgenome/api.html. An image's path is the last
two parts of its `url`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Raw

from ovmr_index.errors import Issue, RecordError, shortened
from ovmr_index.formats import lenient, terms
from ovmr_index.formats.base import Format
from ovmr_index.formats.coco_annotation import keys_in
from ovmr_index.formats.json_document import (
    WRONG,
    JsonDocument,
    fingerprint,
    other_fields,
)
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    RecordKeys,
    RegionColumns,
    RegionRecord,
)
from ovmr_index.formats.visual_genome_records import (
    COLUMNS,
    IMAGE,
    IMAGE_CHANGES,
    OBJECT,
    OBJECT_CHANGES,
    OBJECTS,
    OBJECTS_CHANGES,
    OF_IMAGE,
    USUAL,
    USUAL_FIELDS,
    USUAL_OBJECTS,
    Object,
    ObjectsOfImage,
    UsualObject,
)
from ovmr_index.storage.paths import split_url

_ESTIMATED_FROM = 200
_MEMBERS, _MEMBERS_OF_IMAGE = len(UsualObject.__struct_fields__), 2


def visual_genome_files(folder: Path) -> tuple[Path, ...]:
    """Return the files that are read in a folder of Visual Genome."""
    return (folder / "objects.json", folder / "image_data.json")


class VisualGenomeReader:
    """The two files of Visual Genome in one folder, in the order of `objects.json`."""

    region_name = "object"
    unit = "images"
    parts = 64

    def __init__(self, folder: Path) -> None:
        """Open both files; raises RecordError unless each is an array of version 1.2 or later."""
        self.files = visual_genome_files(folder)
        self.problems: list[Issue] = []
        self.skips = False
        self.left_out = RecordKeys(set(), set())
        self._objects, self._image_data = (JsonDocument(path) for path in self.files)
        self._groups = self._objects.elements()
        self._images = self._image_data.elements()
        _require_version(self._objects, self._groups)
        _require_version(self._image_data, self._images)
        self.total = len(self._groups)
        self.done = 0

    def header(self) -> str:
        """Return an empty object: the files hold nothing but records."""
        return "{}"

    def region_count(self) -> int:
        """Return about how many objects there are, estimated from the first images."""
        first = self._groups[:_ESTIMATED_FROM]
        count = sum(_object_count(raw) for raw in first)
        return count * len(self._groups) // max(1, len(first))

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield nothing: objects have synsets, not categories."""
        return iter(())

    def images(self) -> Iterator[ImageRecord]:
        """Yield the images of `image_data.json`."""
        for i, raw in enumerate(self._images):
            try:
                image = self._image(raw, f"[{i}]")
            except RecordError as error:
                self._leave_out(error)
                self.left_out.images.update(keys_in(raw, "image_id"))
            else:
                yield image

    def _image(self, raw: Raw, where: str) -> ImageRecord:
        image = self._image_data.decode(IMAGE, raw, where, IMAGE_CHANGES)
        path = split_url(image.url)
        if path is None:
            problem = f"url {shortened(image.url)!r} is not a path below the folder of the images"
            where = f"{where} (id {image.image_id})"
            raise self._image_data.error(where, problem, "fix the record")
        return ImageRecord(
            key=image.image_id,
            folder=path[0],
            name=path[1],
            width=image.width,
            height=image.height,
            coco_id=image.coco_id,
            negative=(),
            not_exhaustive=(),
            record=self._image_data.record_text(raw, where),
        )

    def images_fingerprint(self) -> str:
        """Return the SHA-256 of the entries of `image_data.json`."""
        return fingerprint(self._images)

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
        objects: list[Object] = []
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
            fields=fields,
        )

    def _group(self, i: int, raw: Raw) -> tuple[ObjectsOfImage, Sequence[str | None]]:
        """Return the objects of an image, and of each the fields that have no column, as JSON."""
        try:
            usual = USUAL_OBJECTS.decode(raw)
        except WRONG:
            return self._unusual_group(i, raw)
        text = bytes(raw)
        if b"\\u0000" in text:
            return self._unusual_group(i, raw)
        fields = [_usual_fields(one.names, one.merged_object_ids) for one in usual.objects]
        if text.count(b":") == _MEMBERS_OF_IMAGE + _MEMBERS * len(usual.objects):
            return usual, fields
        try:
            return self._with_others(usual, fields, raw)
        except (*WRONG, RecordError):
            return self._unusual_group(i, raw)

    def _with_others(
        self, usual: ObjectsOfImage, usual_fields: Sequence[str], raw: Raw
    ) -> tuple[ObjectsOfImage, Sequence[str | None]]:
        """Read those objects of an image once more that have other members than they are to have.

        Each member has a colon. Raises RecordError or one of `WRONG` where one is wrong.
        """
        raws = OBJECTS.decode(raw).objects
        objects, fields = [*usual.objects], list[str | None](usual_fields)
        counts = [bytes(one).count(b":") for one in raws]
        if bytes(raw).count(b":") != sum(counts) + _MEMBERS_OF_IMAGE:
            self._objects.require_each_once(raw, "")
        for j, count in enumerate(counts):
            if count != _MEMBERS:
                objects[j], fields[j] = self._object(raws[j], "", usual.image_id)
        return ObjectsOfImage(usual.image_id, objects), fields

    def _unusual_group(self, i: int, raw: Raw) -> tuple[ObjectsOfImage, Sequence[str | None]]:
        """Return the same of objects of which one has other fields, or is wrong."""
        found: list[Object] = []
        fields: list[str | None] = []
        try:
            self._objects.require_each_once(raw, f"[{i}]")
            group = self._objects.decode(OBJECTS, raw, f"[{i}]")
            image = self._objects.decode(OF_IMAGE, raw, f"[{i}]", OBJECTS_CHANGES)
        except RecordError as error:
            self._leave_out(error)
            return ObjectsOfImage(0, found), fields
        for j, raw_object in enumerate(group.objects):
            where = f"[{i}].objects[{j}]"
            try:
                one, others = _usual(raw_object) or self._object(raw_object, where, image.image_id)
            except WRONG as error:
                self._leave_out(self._objects.bad_record(raw_object, where, error))
            except RecordError as error:
                self._leave_out(error)
            else:
                found.append(one)
                fields.append(others)
        return ObjectsOfImage(image.image_id, found), fields

    def _object(self, raw: Raw, where: str, image_id: int) -> tuple[Object, str | None]:
        """Return an object, and those of its fields that have no column, as JSON.

        Raises RecordError or one of `WRONG` for one that is wrong, or is of another image.
        """
        self._objects.require_each_once(raw, where)
        found = lenient.read(OBJECT, raw, OBJECT_CHANGES)
        others = other_fields(raw, COLUMNS, first=USUAL_FIELDS)
        if lenient.has_nul(*found.synsets):
            raise msgspec.ValidationError(lenient.HOLDS_NUL)
        if found.image_id not in (None, image_id):
            raise msgspec.ValidationError(
                f"its `image_id` is {found.image_id}, and it is listed under {image_id}"
            )
        return found, others

    def _leave_out(self, error: RecordError) -> None:
        """Note a record that is wrong and go on, or raise its error."""
        if not self.skips:
            raise error from None
        self.problems.append(error.as_issue())


def _require_version(document: JsonDocument, records: Sequence[Raw]) -> None:
    """Raise RecordError for a file of version 1.0, whose records have `id` for `image_id`."""
    try:
        first = lenient.members(records[0]) if records else {}
    except WRONG:
        return
    if "id" in first and "image_id" not in first:
        problem = "is of Visual Genome 1.0: its records have `id` for `image_id`"
        raise document.error("", problem, "download it in version 1.2 or later")


def _usual(raw: Raw) -> tuple[Object, str] | None:
    """Return an object and its fields, None for one that is unusual or wrong."""
    text = bytes(raw)
    if text.count(b":") != _MEMBERS or b"\\u0000" in text:
        return None
    try:
        found = USUAL.decode(raw)
    except WRONG:
        return None
    return found, _usual_fields(found.names, found.merged_object_ids)


def _object_count(raw: Raw) -> int:
    """Return how many objects an image has, 0 where that cannot be read."""
    try:
        return len(OBJECTS.decode(raw).objects)
    except WRONG:
        return 0


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
    terms=terms.VISUAL_GENOME,
    downloads={
        "objects.json": "objects.json.zip of Visual Genome",
        "image_data.json": "image_data.json.zip of Visual Genome",
        "VG_100K": "images.zip of Visual Genome",
        "VG_100K_2": "images2.zip of Visual Genome",
    },
)
