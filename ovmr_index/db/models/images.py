"""Images, where they are, and what is known of each as a whole."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Named,
    UniqueConstraint,
    text,
)

from ovmr_index.db.models.base import TEXT, WHOLE, Columns, index_where, row_numbers, strict_table


class FolderColumns(Columns):
    """A folder of images, relative to its dataset's root; its times show whether it changed."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    path: Named[str] = Column(TEXT)
    split: Named[str | None] = Column(TEXT)
    mtime_ns: Named[int | None] = Column(WHOLE)
    ctime_ns: Named[int | None] = Column(WHOLE)


Folder = strict_table("folders", FolderColumns, UniqueConstraint("source_pk", "path"))


class ArchiveColumns(Columns):
    """A tar that holds images, relative to its dataset's root; size in bytes."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    path: Named[str] = Column(TEXT)
    size: Named[int] = Column(WHOLE)
    mtime_ns: Named[int | None] = Column(WHOLE)
    ctime_ns: Named[int | None] = Column(WHOLE)


Archive = strict_table("archives", ArchiveColumns, UniqueConstraint("source_pk", "path"))


class FolderArchiveColumns(Columns):
    """The tar that holds a folder's images, as if it were unpacked there.

    A tar within the archive is its bytes from `offset` on, `size` of them; both are null where the
    archive itself is meant. `compression` is null for a plain tar.
    """

    folder_pk: Named[int] = Column(WHOLE, ForeignKey("folders.pk"), primary_key=True)
    archive_pk: Named[int] = Column(WHOLE, ForeignKey("archives.pk"))
    offset: Named[int | None] = Column(WHOLE)
    size: Named[int | None] = Column(WHOLE)
    compression: Named[str | None] = Column(TEXT)


FolderArchive = strict_table(
    "folder_archives",
    FolderArchiveColumns,
    CheckConstraint("compression IN ('gzip', 'bzip2', 'xz', 'zstd', 'zip')", name="compression"),
    Index(None, "archive_pk"),
)


class ImageColumns(Columns):
    """An image. `synset_pk` labels the whole of it (ImageNet).

    `file_name` is its path below the dataset's root: that of `folder_pk`, then its name. `key` is
    null where the source has no ids of its own; then the path is the natural key. No two
    records of an annotation file have one path. The size in pixels is what an annotation file says,
    or what the image's header says once it was needed.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    folder_pk: Named[int] = Column(WHOLE, ForeignKey("folders.pk"))
    file_name: Named[str] = Column(TEXT)
    key: Named[int | None] = Column(WHOLE)
    position: Named[int | None] = Column(WHOLE)
    synset_pk: Named[int | None] = Column(WHOLE, ForeignKey("synsets.pk"))
    coco_id: Named[int | None] = Column(WHOLE)
    width: Named[int | None] = Column(WHOLE)
    height: Named[int | None] = Column(WHOLE)


Image = strict_table(
    "images",
    ImageColumns,
    index_where("uq_images_source_id_key", "key IS NOT NULL", "source_pk", "key", unique=True),
    Index(
        "uq_images_source_id_file_name_key",
        "source_pk",
        "file_name",
        text("coalesce(key, -1)"),
        unique=True,
    ),
    index_where("ix_images_synset_id", "synset_pk IS NOT NULL", "synset_pk"),
    index_where("ix_images_coco_id", "coco_id IS NOT NULL", "coco_id"),
)


class ImageRecordColumns(Columns):
    """The JSON object that an annotation file holds of an image."""

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    record: Named[str] = Column(TEXT)


ImageRecord = strict_table("image_records", ImageRecordColumns)


class UnreadableImageColumns(Columns):
    """An image whose header could not be read when its size was asked for."""

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    reason: Named[str] = Column(TEXT)


UnreadableImage = strict_table("unreadable_images", UnreadableImageColumns)


class MeasuredFileColumns(Columns):
    """The state of an image's file when its size and hashes were read: bytes, and nanoseconds.

    What was read of a file in another state is stale. Of an image in a tar `size` is its own and
    `mtime_ns` the tar's.
    """

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    size: Named[int] = Column(WHOLE)
    mtime_ns: Named[int] = Column(WHOLE)


MeasuredFile = strict_table("measured_files", MeasuredFileColumns)


class KeptMeasurementColumns(Columns):
    """What was read of an image that is gone: it holds again if its file comes back unchanged."""

    source: Named[str] = Column(TEXT, primary_key=True)
    file_name: Named[str] = Column(TEXT, primary_key=True)
    size: Named[int] = Column(WHOLE)
    mtime_ns: Named[int] = Column(WHOLE)
    width: Named[int | None] = Column(WHOLE)
    height: Named[int | None] = Column(WHOLE)
    sha256: Named[str | None] = Column(TEXT)
    perceptual: Named[int | None] = Column(WHOLE)


KeptMeasurement = strict_table("kept_measurements", KeptMeasurementColumns, rowid=False)


class TarEntryColumns(Columns):
    """Where an image is in its folder's tar, counted in bytes of the tar, unpacked.

    In a Parquet file `offset` is the number of its row, from 0.
    """

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    offset: Named[int] = Column(WHOLE)
    size: Named[int] = Column(WHOLE)


TarEntry = strict_table("tar_members", TarEntryColumns)


def _band(number: int) -> Computed:
    """Return the column of one of the four times 16 bits of a perceptual hash."""
    return Computed(f"(perceptual >> {16 * number}) & 65535", persisted=True)


class ImageHashColumns(Columns):
    """What an image's content is: the SHA-256 of its file, and a perceptual hash of 64 bits.

    Both are computed when they are needed, and null until then. The perceptual one is kept as a
    signed integer; each of its four bands of 16 bits has an index, since hashes that differ in
    few bits agree in one of them.
    """

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    sha256: Named[str | None] = Column(TEXT)
    perceptual: Named[int | None] = Column(WHOLE)
    band_0: Named[int | None] = Column(WHOLE, _band(0))
    band_1: Named[int | None] = Column(WHOLE, _band(1))
    band_2: Named[int | None] = Column(WHOLE, _band(2))
    band_3: Named[int | None] = Column(WHOLE, _band(3))


ImageHash = strict_table(
    "image_hashes",
    ImageHashColumns,
    Index(None, "sha256"),
    *(Index(None, f"band_{number}") for number in range(4)),
)


class ImageCategoryColumns(Columns):
    """What LVIS says of an image as a whole: a category is absent, or not all of it is marked."""

    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"), primary_key=True)
    kind: Named[str] = Column(TEXT, primary_key=True)
    category_pk: Named[int] = Column(WHOLE, ForeignKey("categories.pk"), primary_key=True)


ImageCategory = strict_table(
    "image_categories",
    ImageCategoryColumns,
    CheckConstraint("kind IN ('negative', 'not_exhaustive')", name="kind"),
    rowid=False,
)
