"""Images, where they are, and what is known of each as a whole."""

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import Base, index_where, strict


class Folder(Base):
    """A folder of images, relative to its dataset's root; `mtime_ns` shows whether it changed."""

    __tablename__ = "folders"
    __table_args__ = strict(UniqueConstraint("source_pk", "path"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"))
    path: Mapped[str]
    split: Mapped[str | None]
    mtime_ns: Mapped[int | None]


class Archive(Base):
    """A tar that holds images, relative to its dataset's root; size in bytes."""

    __tablename__ = "archives"
    __table_args__ = strict(UniqueConstraint("source_pk", "path"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"))
    path: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int | None]


class FolderArchive(Base):
    """The tar that holds a folder's images, as if it were unpacked there.

    A tar within the archive is its bytes from `offset` on, `size` of them; both are null where the
    archive itself is meant. `compression` is null for a plain tar.
    """

    __tablename__ = "folder_archives"
    __table_args__ = strict(
        CheckConstraint(
            "compression IN ('gzip', 'bzip2', 'xz', 'zstd', 'zip')", name="compression"
        ),
        Index(None, "archive_pk"),
    )
    folder_pk: Mapped[int] = mapped_column(ForeignKey("folders.pk"), primary_key=True)
    archive_pk: Mapped[int] = mapped_column(ForeignKey("archives.pk"))
    offset: Mapped[int | None]
    size: Mapped[int | None]
    compression: Mapped[str | None]


class Image(Base):
    """An image. `synset_pk` labels the whole of it (ImageNet).

    `file_name` is its path below the dataset's root: that of `folder_pk`, then `name`. `key` is
    null where the source has no ids of its own; then the path is the natural key. No two
    records of an annotation file have one path. The size in pixels is what an annotation file says,
    or what the image's header says once it was needed.
    """

    __tablename__ = "images"
    __table_args__ = strict(
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
    pk: Mapped[int] = mapped_column(primary_key=True)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"))
    folder_pk: Mapped[int] = mapped_column(ForeignKey("folders.pk"))
    name: Mapped[str]
    file_name: Mapped[str]
    key: Mapped[int | None]
    position: Mapped[int | None]
    synset_pk: Mapped[int | None] = mapped_column(ForeignKey("synsets.pk"))
    coco_id: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]


class ImageRecord(Base):
    """The JSON object that an annotation file holds of an image."""

    __tablename__ = "image_records"
    __table_args__ = strict()
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    record: Mapped[str]


class UnreadableImage(Base):
    """An image whose header could not be read when its size was asked for."""

    __tablename__ = "unreadable_images"
    __table_args__ = strict()
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    reason: Mapped[str]


class MeasuredFile(Base):
    """The state of an image's file when its size and hashes were read: bytes, and nanoseconds.

    What was read of a file in another state is stale. Of an image in a tar `size` is its own and
    `mtime_ns` the tar's.
    """

    __tablename__ = "measured_files"
    __table_args__ = strict()
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    size: Mapped[int]
    mtime_ns: Mapped[int]


class KeptMeasurement(Base):
    """What was read of an image that is gone: it holds again if its file comes back unchanged."""

    __tablename__ = "kept_measurements"
    __table_args__ = strict(rowid=False)
    source: Mapped[str] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    mtime_ns: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[str | None]
    perceptual: Mapped[int | None]


class TarEntry(Base):
    """Where an image is in its folder's tar, counted in bytes of the tar, unpacked."""

    __tablename__ = "tar_members"
    __table_args__ = strict()
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    offset: Mapped[int]
    size: Mapped[int]


def _band(number: int) -> Computed:
    """Return the column of one of the four times 16 bits of a perceptual hash."""
    return Computed(f"(perceptual >> {16 * number}) & 65535", persisted=True)


class ImageHash(Base):
    """What an image's content is: the SHA-256 of its file, and a perceptual hash of 64 bits.

    Both are computed when they are needed, and null until then. The perceptual one is kept as a
    signed integer; each of its four bands of 16 bits has an index, since hashes that differ in
    few bits agree in one of them.
    """

    __tablename__ = "image_hashes"
    __table_args__ = strict(
        Index(None, "sha256"), *(Index(None, f"band_{number}") for number in range(4))
    )
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    sha256: Mapped[str | None]
    perceptual: Mapped[int | None]
    band_0: Mapped[int | None] = mapped_column(_band(0))
    band_1: Mapped[int | None] = mapped_column(_band(1))
    band_2: Mapped[int | None] = mapped_column(_band(2))
    band_3: Mapped[int | None] = mapped_column(_band(3))


class ImageCategory(Base):
    """What LVIS says of an image as a whole: a category is absent, or not all of it is marked."""

    __tablename__ = "image_categories"
    __table_args__ = strict(
        CheckConstraint("kind IN ('negative', 'not_exhaustive')", name="kind"), rowid=False
    )
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    category_pk: Mapped[int] = mapped_column(ForeignKey("categories.pk"), primary_key=True)
