"""Every table of the index, in the order in which they are filled.

Integer primary keys serve joins and never leave the index. `key` is the id that a source itself
gives to a record; `position` counts from 0 in the order of the source's file. Text is compared
code point by code point.
"""

from typing import Any, ClassVar

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class AnyNumber(UserDefinedType[Any]):
    """SQLite's ANY: an integer stays an integer and a float a float, as the source wrote it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column type of a STRICT table."""
        return "ANY"


# SQLite's integers have 64 bits, and only under this name are they a row's own number.
WHOLE = BigInteger().with_variant(Integer(), "sqlite")
DOUBLE = Double[float]().with_variant(REAL(), "sqlite")
PIXELS = AnyNumber().with_variant(Numeric(), "postgresql")


class Base(DeclarativeBase):
    """Declarative base: text is TEXT, numbers have 64 bits, constraints have names."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: WHOLE,
        float: DOUBLE,
    }


def table(model: type[Base]) -> Table:
    """Return the table of a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


def _index_where(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """A partial index: it holds only the rows of which its condition is true."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where))


def _strict(*constraints: Any, rowid: bool = True) -> tuple[Any, ...]:
    return (*constraints, {"sqlite_strict": True, "sqlite_with_rowid": rowid})


class Synset(Base):
    """A WordNet 3.0 noun synset, or a name that a source uses and WordNet lacks (no wnid)."""

    __tablename__ = "synsets"
    __table_args__ = _strict(UniqueConstraint("name"), UniqueConstraint("wnid"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    wnid: Mapped[str | None]
    lemmas: Mapped[str | None]


class Hypernym(Base):
    """A synset and one that is more general; `instance` is 1 for an instance (Paris, city)."""

    __tablename__ = "hypernyms"
    __table_args__ = _strict(
        CheckConstraint("instance IN (0, 1)", name="instance"),
        Index(None, "hypernym_id"),
        rowid=False,
    )
    synset_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"), primary_key=True)
    hypernym_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"), primary_key=True)
    instance: Mapped[int]


class Dataset(Base):
    """Pictures under one root; `root` is relative to the index's root, or absolute outside it."""

    __tablename__ = "datasets"
    __table_args__ = _strict(UniqueConstraint("name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    root: Mapped[str]


class Source(Base):
    """What one ingest reads: an annotation file (with its helpers) or a tree of class folders.

    `generation` grows with every change of its rows. `header` is the JSON object of an annotation
    file with null for each list of records. `options` is the JSON object of what ingest was told
    beside the path, by which the source can be read again.
    """

    __tablename__ = "sources"
    __table_args__ = _strict(
        UniqueConstraint("name"), CheckConstraint("generation >= 1", name="generation")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    name: Mapped[str]
    format: Mapped[str]
    split: Mapped[str | None]
    generation: Mapped[int]
    header: Mapped[str | None]
    options: Mapped[str | None]


class SourceFile(Base):
    """A file that a source was read from; `path` as `Dataset.root`, times in nanoseconds.

    `mtime_ns` is null when the file changed so lately that its time proves nothing.
    """

    __tablename__ = "source_files"
    __table_args__ = _strict(
        UniqueConstraint("source_id", "path"), CheckConstraint("size >= 0", name="size")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int | None]
    sha256: Mapped[str]


class SourceBlock(Base):
    """A part of an annotation file by the fingerprint of its JSON, to know it again.

    Position 0 stands for pictures and categories; the others are blocks of `regions` regions each,
    in the file's order.
    """

    __tablename__ = "source_blocks"
    __table_args__ = _strict(rowid=False)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    regions: Mapped[int]
    fingerprint: Mapped[str]


class IngestRun(Base):
    """What one ingest of one source did, counted in annotations, objects or image files."""

    __tablename__ = "ingest_runs"
    __table_args__ = _strict()
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    ended_at: Mapped[str]
    seconds: Mapped[float]
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    vanished: Mapped[int]
    errors: Mapped[int]


class IngestError(Base):
    """Something that a run left out, and why."""

    __tablename__ = "ingest_errors"
    __table_args__ = _strict(rowid=False)
    run_id: Mapped[int] = mapped_column(ForeignKey("ingest_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    record: Mapped[str]
    reason: Mapped[str]


class Vocabulary(Base):
    """A list of categories; that of an annotation file bears the file's source name."""

    __tablename__ = "vocabularies"
    __table_args__ = _strict(UniqueConstraint("name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))


class Category(Base):
    """A category of a vocabulary; joined to WordNet by its synset, never by its name."""

    __tablename__ = "categories"
    __table_args__ = _strict(
        UniqueConstraint("vocabulary_id", "key"), UniqueConstraint("vocabulary_id", "position")
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_id: Mapped[int] = mapped_column(ForeignKey("vocabularies.id"))
    key: Mapped[int]
    position: Mapped[int]
    name: Mapped[str]
    synset_id: Mapped[int | None] = mapped_column(ForeignKey("synsets.id"), index=True)
    frequency: Mapped[str | None]
    record: Mapped[str]


class Partition(Base):
    """A named division of a vocabulary into base categories and held-out, novel ones.

    A category may stand in neither part, as 15 of COCO's 80 do in OV-COCO.
    """

    __tablename__ = "partitions"
    __table_args__ = _strict(UniqueConstraint("vocabulary_id", "name"))
    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_id: Mapped[int] = mapped_column(ForeignKey("vocabularies.id"))
    name: Mapped[str]


class PartitionCategory(Base):
    """The part of a partition that a category is in; by its key, which outlives its row."""

    __tablename__ = "partition_categories"
    __table_args__ = _strict(CheckConstraint("part IN ('base', 'novel')", name="part"), rowid=False)
    partition_id: Mapped[int] = mapped_column(ForeignKey("partitions.id"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]


class Folder(Base):
    """A folder of pictures, relative to its dataset's root; `mtime_ns` tells if it changed."""

    __tablename__ = "folders"
    __table_args__ = _strict(UniqueConstraint("source_id", "path"))
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    path: Mapped[str]
    split: Mapped[str | None]
    mtime_ns: Mapped[int | None]


class Archive(Base):
    """A tar that pictures lie in, relative to its dataset's root; size in bytes."""

    __tablename__ = "archives"
    __table_args__ = _strict(UniqueConstraint("source_id", "path"))
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int | None]


class FolderArchive(Base):
    """The tar that holds a folder's pictures, as if it were unpacked there.

    A tar within the archive is its bytes from `offset` on, `size` of them; both are null where the
    archive itself is meant. `compression` is gzip or null.
    """

    __tablename__ = "folder_archives"
    __table_args__ = _strict(
        CheckConstraint("compression IN ('gzip')", name="compression"), Index(None, "archive_id")
    )
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"), primary_key=True)
    archive_id: Mapped[int] = mapped_column(ForeignKey("archives.id"))
    offset: Mapped[int | None]
    size: Mapped[int | None]
    compression: Mapped[str | None]


class Image(Base):
    """A picture. `synset_id` labels the whole of it (ImageNet).

    `key` is null where the source has no ids of its own; then the path is the natural key. The size
    in pixels is what an annotation file says, or what the picture's header says once it was needed.
    """

    __tablename__ = "images"
    __table_args__ = _strict(
        _index_where("uq_images_source_id_key", "key IS NOT NULL", "source_id", "key", unique=True),
        _index_where("uq_images_folder_id_name", "key IS NULL", "folder_id", "name", unique=True),
        _index_where("ix_images_synset_id", "synset_id IS NOT NULL", "synset_id"),
        _index_where("ix_images_coco_id", "coco_id IS NOT NULL", "coco_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    name: Mapped[str]
    key: Mapped[int | None]
    position: Mapped[int | None]
    synset_id: Mapped[int | None] = mapped_column(ForeignKey("synsets.id"))
    coco_id: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]


class ImageRecord(Base):
    """The JSON object that an annotation file holds of a picture."""

    __tablename__ = "image_records"
    __table_args__ = _strict()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    record: Mapped[str]


class UnreadablePicture(Base):
    """A picture whose header could not be read when its size was asked for."""

    __tablename__ = "unreadable_pictures"
    __table_args__ = _strict()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    reason: Mapped[str]


class TarMember(Base):
    """Where a picture lies in its folder's tar, counted in the tar's own bytes, unpacked."""

    __tablename__ = "tar_members"
    __table_args__ = _strict()
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    offset: Mapped[int]
    size: Mapped[int]


class PictureHash(Base):
    """What a picture's content is: the SHA-256 of its file, and a perceptual hash of 64 bits.

    Both are computed when they are needed, and null until then. The perceptual one is kept as a
    signed integer.
    """

    __tablename__ = "picture_hashes"
    __table_args__ = _strict(Index(None, "sha256"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    sha256: Mapped[str | None]
    perceptual: Mapped[int | None]


class ImageCategory(Base):
    """What LVIS says of a picture as a whole: a category is absent, or not all of it is marked."""

    __tablename__ = "image_categories"
    __table_args__ = _strict(
        CheckConstraint("kind IN ('negative', 'not_exhaustive')", name="kind"), rowid=False
    )
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), primary_key=True)


class Region(Base):
    """A box (xywh, pixels) on a picture with a category, synsets or both.

    `synset_id` is the one and only synset of a region; one that has several has them in
    `region_synsets` and null here. `area` is that of the mask in square pixels.
    """

    __tablename__ = "regions"
    __table_args__ = _strict(
        Index("uq_regions_source_id_key", "source_id", "key", unique=True),
        _index_where("ix_regions_category_id", "category_id IS NOT NULL", "category_id"),
        _index_where("ix_regions_synset_id", "synset_id IS NOT NULL", "synset_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    key: Mapped[int]
    position: Mapped[int]
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    synset_id: Mapped[int | None] = mapped_column(ForeignKey("synsets.id"))
    x: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    y: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    w: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    h: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    area: Mapped[Any] = mapped_column(PIXELS, nullable=True)


class RegionSynset(Base):
    """The synsets of a region that has several, in the order of its source."""

    __tablename__ = "region_synsets"
    __table_args__ = _strict(rowid=False)
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    synset_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"), index=True)


class RegionDetail(Base):
    """What nobody scans: the polygons of a region, and its fields that have no column, as JSON."""

    __tablename__ = "region_details"
    __table_args__ = _strict()
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"), primary_key=True)
    segmentation: Mapped[str | None]
    fields: Mapped[str | None]


class Collation(Base):
    """How the pools of a vocabulary were made, and from which generation of each source.

    `rules` is the JSON object of rules of one's own, null for the published recipe.
    """

    __tablename__ = "collations"
    __table_args__ = _strict(UniqueConstraint("vocabulary_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_id: Mapped[int] = mapped_column(ForeignKey("vocabularies.id"))
    min_area: Mapped[float]
    enough: Mapped[int]
    few: Mapped[int]
    generations: Mapped[str]
    rules: Mapped[str | None]


class Substitute(Base):
    """A synset that lends its exemplars to a category's synset, in order of `position`."""

    __tablename__ = "substitutes"
    __table_args__ = _strict(rowid=False)
    collation_id: Mapped[int] = mapped_column(ForeignKey("collations.id"), primary_key=True)
    synset_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"))


class PoolEntry(Base):
    """An exemplar in a category's pool: a region, or a whole picture where `region_id` is null.

    `synset_id` is the one that it was found under; `substitute` is 1 if that is another's.
    """

    __tablename__ = "pool_entries"
    __table_args__ = _strict(
        CheckConstraint("substitute IN (0, 1)", name="substitute"), rowid=False
    )
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    synset_id: Mapped[int] = mapped_column(ForeignKey("synsets.id"))
    substitute: Mapped[int]
    weight: Mapped[float]


class Sample(Base):
    """A saved draw of `k` exemplars a category.

    `weight` is what exemplars are drawn by, `version` that of the program. JSON texts: `filters`
    narrow the pools, `recipe` made them, `fingerprints` are the SHA-256 of each source's files.
    All are null in samples from before.
    """

    __tablename__ = "samples"
    __table_args__ = _strict(UniqueConstraint("name"), CheckConstraint("k >= 1", name="k"))
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    k: Mapped[int]
    seed: Mapped[int]
    method: Mapped[str]
    on_shortage: Mapped[str]
    created_at: Mapped[str]
    generations: Mapped[str]
    weight: Mapped[str | None]
    vocabulary: Mapped[str | None]
    version: Mapped[str | None]
    filters: Mapped[str | None]
    recipe: Mapped[str | None]
    fingerprints: Mapped[str | None]


class SampleCategory(Base):
    """A category that a sample stands for, in the sample's order; it may have no picks."""

    __tablename__ = "sample_categories"
    __table_args__ = _strict(UniqueConstraint("sample_id", "position"), rowid=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    synset: Mapped[str]


class SamplePick(Base):
    """A pick of a saved sample by natural keys, which outlive the rows that it was drawn from."""

    __tablename__ = "sample_picks"
    __table_args__ = _strict(rowid=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    synset: Mapped[str]
    dataset: Mapped[str]
    split: Mapped[str | None]
    folder: Mapped[str]
    name: Mapped[str]
    x: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    y: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    w: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    h: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    weight: Mapped[float]
    image_key: Mapped[int | None]
    region_key: Mapped[int | None]
