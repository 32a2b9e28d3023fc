"""One exemplar and what is around it: its image, its box, its place in the pool, its source."""

from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import Joined
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    ImageRecord,
    IngestRun,
    PoolEntry,
    Region,
    RegionFields,
    RegionRecord,
    RegionSynset,
    Source,
    SourceFile,
    Synset,
    Vocabulary,
)
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.formats.records import Number
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset

_OF_BOX = ("region_id", "category_id", "category", "synsets", "x", "y", "w", "h", "area")
_OF_IMAGE = ("file_name", "image_id", "coco_id", "split", "width", "height", "synset")


class KnownSource(NamedTuple):
    """A source: `root` is its dataset's folder, relative to that of all."""

    name: str
    dataset: str
    format: str
    root: str
    generation: int


class KnownImage(NamedTuple):
    """An image: its size in pixels as far as it is known, its label, the JSON of its record."""

    file_name: str
    image_id: int | None
    coco_id: int | None
    split: str | None
    width: int | None
    height: int | None
    synset: str | None
    record: str | None

    def members(self) -> dict[str, Any]:
        """Return what its source says of it; of an image in a tree what the index knows."""
        if self.record is not None:
            return decoded_object(self.record, "image_records.record", self.file_name)
        known = self._asdict()
        return {key: known[key] for key in _OF_IMAGE if known[key] is not None}


class KnownBox(NamedTuple):
    """A box on an image: xywh in pixels, the area of its mask in square pixels.

    `category_id` and `category` are of the vocabulary of its source, null where it has only
    synsets; these are in `synsets`, separated by commas. `record` and `fields` are JSON objects.
    """

    region_id: int
    category_id: int | None
    category: str | None
    vocabulary: str | None
    synsets: str | None
    x: Number
    y: Number
    w: Number
    h: Number
    area: Number | None
    is_crowd: int
    record: str | None
    fields: str | None

    @property
    def label(self) -> str:
        """What it shows: the name of its category, or its synsets."""
        return self.category or self.synsets or "without a label"

    def segmentation(self) -> Any:
        """Return its polygons (lists of x, y) or run lengths (an object), None without a mask."""
        return None if self.record is None else self._record().get("segmentation")

    def members(self) -> dict[str, Any]:
        """Return what its source says of it, as its file does where that is kept."""
        if self.record is not None:
            return self._record()
        known = self._asdict()
        fields = decoded_object(self.fields or "{}", "region_fields.fields", self.region_id)
        return {key: known[key] for key in _OF_BOX if known[key] is not None} | fields

    def _record(self) -> dict[str, Any]:
        return decoded_object(self.record or "{}", "region_records.record", self.region_id)


class PoolPlace(NamedTuple):
    """Where an exemplar is in the pool of its category: from 0, the synset that it is found by."""

    position: int
    synset: str
    is_substitute: int
    weight: float


class OriginFile(NamedTuple):
    """A file that a source was read from: its path as the index keeps it, its size in bytes."""

    path: str
    size: int
    sha256: str


class OriginRun(NamedTuple):
    """What one ingest of a source did, counted in annotations, objects or image files; in UTC."""

    ended_at: str
    added: int
    changed: int
    unchanged: int
    vanished: int
    errors: int


class PooledKey(NamedTuple):
    """An exemplar of a pool by what names it in any index."""

    source: str
    file_name: str
    region_id: int | None


def named_source(name: str) -> Query:
    """Return the pk of a source, then its `KnownSource`."""
    return (
        select(
            Source.c.pk,
            Source.c.name,
            Dataset.c.name,
            Source.c.format,
            Dataset.c.root,
            Source.c.generation,
        )
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Source.c.name == name)
    )


def image_at(source_pk: int, file_name: str) -> Query:
    """Return the pk of the image at a path, then its `KnownImage`.

    Of several it is the one that has no id in its source, or else the least.
    """
    found = _images().where(Image.c.source_pk == source_pk, Image.c.file_name == file_name)
    return found.order_by(func.coalesce(Image.c.key, -1)).limit(1)


def image_of_region(source_pk: int, region_id: int) -> Query:
    """Return the pk of the image that a box of a source is on, then its `KnownImage`."""
    of_region = (Region.c.source_pk == source_pk) & (Region.c.key == region_id)
    return _images().join(Region, (Region.c.image_pk == Image.c.pk) & of_region)


def _images() -> Query:
    return (
        select(
            Image.c.pk,
            Image.c.file_name,
            Image.c.key,
            Image.c.coco_id,
            Folder.c.split,
            Image.c.width,
            Image.c.height,
            Synset.c.name,
            ImageRecord.c.record,
        )
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .outerjoin(Synset, Synset.c.pk == Image.c.synset_pk)
        .outerjoin(ImageRecord, ImageRecord.c.image_pk == Image.c.pk)
    )


def boxes_on(image_pk: int) -> Query:
    """Return each `KnownBox` of an image, in the order of its source."""
    names = (
        select(Synset.c.name)
        .join(RegionSynset, RegionSynset.c.synset_pk == Synset.c.pk)
        .where(RegionSynset.c.region_pk == Region.c.pk)
        .order_by(RegionSynset.c.position)
        .correlate(Region)
        .subquery("names")
    )
    several = select(Joined(names.c.name, literal(", "))).scalar_subquery()
    one = select(Synset.c.name).where(Synset.c.pk == Region.c.synset_pk).correlate(Region)
    return (
        select(
            Region.c.key,
            Category.c.key,
            Category.c.name,
            Vocabulary.c.name,
            func.coalesce(one.scalar_subquery(), several),
            Region.c.x,
            Region.c.y,
            Region.c.w,
            Region.c.h,
            Region.c.area,
            Region.c.is_crowd,
            RegionRecord.c.record,
            RegionFields.c.fields,
        )
        .outerjoin(Category, Category.c.pk == Region.c.category_pk)
        .outerjoin(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .outerjoin(RegionRecord, RegionRecord.c.region_pk == Region.c.pk)
        .outerjoin(RegionFields, RegionFields.c.pk == Region.c.fields_pk)
        .where(Region.c.image_pk == image_pk)
        .order_by(Region.c.position, Region.c.pk)
    )


def category_names(category_pk: int) -> Query:
    """Return (id, name, synset) of a category; its name where it has no synset."""
    return (
        select(Category.c.key, Category.c.name, category_synset())
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(Category.c.pk == category_pk)
    )


def place_in_pool(category_pk: int, image_pk: int, region_id: int | None) -> Query:
    """Return the `PoolPlace` of an image, or of a box on it, in the pool of a category."""
    is_it = Region.c.key == region_id if region_id is not None else PoolEntry.c.region_pk.is_(None)
    return (
        select(PoolEntry.c.position, Synset.c.name, PoolEntry.c.substitute, PoolEntry.c.weight)
        .join(Synset, Synset.c.pk == PoolEntry.c.synset_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(PoolEntry.c.category_pk == category_pk, PoolEntry.c.image_pk == image_pk, is_it)
        .order_by(PoolEntry.c.position)
        .limit(1)
    )


def pool_size(category_pk: int) -> Select[int]:
    """Return how many exemplars the pool of a category has."""
    return select(func.count()).where(PoolEntry.c.category_pk == category_pk)


def beside_in_pool(category_pk: int, position: int, *, after: bool) -> Query:
    """Return the `PooledKey` of the exemplar before a position of a pool, or the one after it."""
    at = PoolEntry.c.position
    found = (
        select(Source.c.name, Image.c.file_name, Region.c.key)
        .select_from(PoolEntry)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .where(PoolEntry.c.category_pk == category_pk)
    )
    if after:
        return found.where(at > position).order_by(at).limit(1)
    return found.where(at < position).order_by(at.desc()).limit(1)


def files_of(source_pk: int) -> Query:
    """Return each `OriginFile` of a source, by path."""
    return (
        select(SourceFile.c.path, SourceFile.c.size, SourceFile.c.sha256)
        .where(SourceFile.c.source_pk == source_pk)
        .order_by(SourceFile.c.path)
    )


def last_run_of(source: str) -> Query:
    """Return the `OriginRun` of the last ingest of a source."""
    columns: list[Any] = [IngestRun.c[name] for name in OriginRun._fields]
    return (
        select(*columns)
        .where(IngestRun.c.source == source)
        .order_by(IngestRun.c.pk.desc())
        .limit(1)
    )
