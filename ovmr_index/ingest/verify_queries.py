"""What the index knows of files, folders and boxes: to be compared with the disk."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Archive,
    Dataset,
    Folder,
    FolderArchive,
    Image,
    ImageHash,
    MeasuredFile,
    Region,
    RegionSynset,
    Source,
    SourceFile,
    TarEntry,
)
from ovmr_index.images.locations import follows_links, in_folder, with_location

PAGE = 65_536  # images
_HASHED = (MeasuredFile.size, MeasuredFile.mtime_ns, ImageHash.sha256)
_SLACK = 0.5  # pixels that a rounded box may leave its image by


def source_files() -> Query:
    """Return (dataset, format, path, size, SHA-256) of the annotation files."""
    return (
        select(Dataset.name, Source.format, SourceFile.path, SourceFile.size, SourceFile.sha256)
        .join(Source, Source.pk == SourceFile.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .order_by(Source.pk, SourceFile.pk)
    )


def archives() -> Query:
    """Return (row number, dataset, root, path, size, time) of the tars that images are in."""
    return (
        select(
            Archive.pk,
            Dataset.name,
            Dataset.root,
            Archive.path,
            Archive.size,
            Archive.mtime_ns,
        )
        .join(Source, Source.pk == Archive.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .where(Archive.pk.in_(select(FolderArchive.archive_pk)))
        .order_by(Dataset.name, Archive.path)
    )


def packed_archives() -> Query:
    """Return (dataset, root, path, first byte, bytes, compression) of tars that are packed."""
    kind = FolderArchive.compression
    return (
        select(Dataset.name, Dataset.root, Archive.path)
        .add_columns(FolderArchive.offset, FolderArchive.size, kind)
        .join(Source, Source.pk == Archive.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .join(FolderArchive, FolderArchive.archive_pk == Archive.pk)
        .where(kind.is_not(None), kind != "zip")
        .distinct()
        .order_by(Dataset.name, Archive.path, FolderArchive.offset)
    )


def image_sources() -> Query:
    """Return (source, dataset, root, format, whether it is annotation files, follows links)."""
    return (
        select(Source.pk, Dataset.name, Dataset.root, Source.format, Source.header.is_not(None))
        .add_columns(follows_links())
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .order_by(Dataset.name, Source.pk)
    )


def folders(source_pk: int) -> Query:
    """Return (row number, path, row number of the tar that it is in) of a source's folders."""
    return (
        select(Folder.pk, Folder.path, FolderArchive.archive_pk)
        .outerjoin(FolderArchive, FolderArchive.folder_pk == Folder.pk)
        .where(Folder.source_pk == source_pk)
        .order_by(Folder.path)
    )


def images_in_folders(folder_pks: Sequence[int]) -> Query:
    """Return (folder, name, width, height, hashed, location) of images without ids, by folder.

    What is hashed is three columns: size and time of the file when it was, and its SHA-256.
    The columns of the location are those of `locations.with_location`; images in a tar are in its
    order.
    """
    images = select(Image.folder_pk, Image.name, Image.width, Image.height, *_HASHED)
    of_folder = in_folder(Folder.source_pk, Folder.pk, Folder.path)
    return (
        with_location(
            _with_hashes(images.select_from(Folder).join(Image, of_folder)).join(
                Source, Source.pk == Image.source_pk
            )
        )
        .where(Folder.pk.in_(folder_pks), Image.key.is_(None))
        .order_by(Image.folder_pk, TarEntry.offset, Image.name)
    )


def images_after(source_pk: int, key: int) -> Query:
    """Return a page of (folder, name, width, height, hashed, id), by id, of ids above `key`."""
    images = select(Image.folder_pk, Image.name, Image.width, Image.height, *_HASHED, Image.key)
    return (
        _with_hashes(images.select_from(Image))
        .where(Image.source_pk == source_pk, Image.key > key)
        .order_by(Image.key)
        .limit(PAGE)
    )


def image_count_query() -> Query:
    """Return how many images the index knows."""
    return select(func.count(Image.pk))


def odd_boxes() -> Query:
    """Return how many regions of a source are odd, and the lowest id of each kind.

    Columns: dataset, path of the file, then number and lowest id of the boxes that leave their
    image by more than half a pixel, of those without extent, of those that have no pixel inside
    their image, and of objects that have neither a synset nor a category. Sources without regions
    have no row.
    """
    x, y, w, h = Region.x, Region.y, Region.w, Region.h
    leaves = or_(
        x < -_SLACK,
        y < -_SLACK,
        x + w > Image.width + _SLACK,
        y + h > Image.height + _SLACK,
    )
    beyond = or_(x + w <= 0, y + h <= 0, x >= Image.width, y >= Image.height)
    outside = and_(w > 0, h > 0, beyond)
    several = select(RegionSynset.region_pk).where(RegionSynset.region_pk == Region.pk).exists()
    nameless = and_(Region.category_pk.is_(None), Region.synset_pk.is_(None), ~several)
    file = (
        select(SourceFile.path)
        .where(SourceFile.source_pk == Source.pk)
        .order_by(SourceFile.pk)
        .limit(1)
        .correlate(Source)
        .scalar_subquery()
    )
    odd = (leaves, or_(w <= 0, h <= 0), outside, nameless)
    kinds = [column for condition in odd for column in _counted(condition)]
    return (
        select(Dataset.name, file, *kinds)
        .select_from(Region)
        .join(Image, Image.pk == Region.image_pk)
        .join(Source, Source.pk == Region.source_pk)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .group_by(Source.pk)
        .order_by(Source.pk)
    )


def _counted(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    key = case((condition, Region.key))
    return func.count(key), func.min(key)


def _with_hashes(images: Query) -> Query:
    return images.outerjoin(MeasuredFile, MeasuredFile.image_pk == Image.pk).outerjoin(
        ImageHash, ImageHash.image_pk == Image.pk
    )
