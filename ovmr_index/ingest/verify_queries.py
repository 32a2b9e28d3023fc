"""What the index knows of files, folders and boxes: to be compared with the disk."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, or_, select

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
from ovmr_index.images.locations import follows_links, in_folder, name_below, with_location

PAGE = 65_536  # images
_HASHED = (MeasuredFile.c.size, MeasuredFile.c.mtime_ns, ImageHash.c.sha256)
_SLACK = 0.5  # pixels that a rounded box may leave its image by


def source_files() -> Query:
    """Return (dataset, format, path, size, SHA-256) of the annotation files."""
    return (
        select(
            Dataset.c.name,
            Source.c.format,
            SourceFile.c.path,
            SourceFile.c.size,
            SourceFile.c.sha256,
        )
        .join(Source, Source.c.pk == SourceFile.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Source.c.pk, SourceFile.c.pk)
    )


def archives() -> Query:
    """Return (row number, dataset, root, path, size, time) of the tars that images are in."""
    return (
        select(
            Archive.c.pk,
            Dataset.c.name,
            Dataset.c.root,
            Archive.c.path,
            Archive.c.size,
            Archive.c.mtime_ns,
        )
        .join(Source, Source.c.pk == Archive.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Archive.c.pk.in_(select(FolderArchive.c.archive_pk)))
        .order_by(Dataset.c.name, Archive.c.path)
    )


def packed_archives() -> Query:
    """Return (dataset, root, path, first byte, bytes, compression) of tars that are packed."""
    kind = FolderArchive.c.compression
    return (
        select(Dataset.c.name, Dataset.c.root, Archive.c.path)
        .add_columns(FolderArchive.c.offset, FolderArchive.c.size, kind)
        .join(Source, Source.c.pk == Archive.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .join(FolderArchive, FolderArchive.c.archive_pk == Archive.c.pk)
        .where(kind.is_not(None), kind != "zip")
        .distinct()
        .order_by(Dataset.c.name, Archive.c.path, FolderArchive.c.offset)
    )


def image_sources() -> Query:
    """Return (source, dataset, root, format, whether it is annotation files, follows links)."""
    return (
        select(
            Source.c.pk,
            Dataset.c.name,
            Dataset.c.root,
            Source.c.format,
            Source.c.header.is_not(None),
        )
        .add_columns(follows_links())
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Dataset.c.name, Source.c.pk)
    )


def folders(source_pk: int) -> Query:
    """Return (row number, path, row number of the tar that it is in) of a source's folders."""
    return (
        select(Folder.c.pk, Folder.c.path, FolderArchive.c.archive_pk)
        .outerjoin(FolderArchive, FolderArchive.c.folder_pk == Folder.c.pk)
        .where(Folder.c.source_pk == source_pk)
        .order_by(Folder.c.path)
    )


def images_in_folders(folder_pks: Sequence[int]) -> Query:
    """Return (folder, name, width, height, hashed, location) of images without ids, by folder.

    What is hashed is three columns: size and time of the file when it was, and its SHA-256.
    The columns of the location are those of `locations.with_location`; images in a tar are in its
    order.
    """
    name = name_below(Folder.c.path)
    images = select(Image.c.folder_pk, name, Image.c.width, Image.c.height, *_HASHED)
    of_folder = in_folder(Folder.c.source_pk, Folder.c.pk, Folder.c.path)
    return (
        with_location(
            _with_hashes(images.select_from(Folder).join(Image, of_folder)).join(
                Source, Source.c.pk == Image.c.source_pk
            )
        )
        .where(Folder.c.pk.in_(folder_pks), Image.c.key.is_(None))
        .order_by(Image.c.folder_pk, TarEntry.c.offset.nulls_first(), name)
    )


def images_after(source_pk: int, key: int) -> Query:
    """Return a page of (folder, name, width, height, hashed, id), by id, of ids above `key`."""
    sizes = (Image.c.width, Image.c.height)
    images = select(
        Image.c.folder_pk, name_below(Folder.c.path), *sizes, *_HASHED, Image.c.key
    ).join(Folder, Folder.c.pk == Image.c.folder_pk)
    return (
        _with_hashes(images)
        .where(Image.c.source_pk == source_pk, Image.c.key > key)
        .order_by(Image.c.key)
        .limit(PAGE)
    )


def image_count_query() -> Query:
    """Return how many images the index knows."""
    return select(func.count(Image.c.pk))


def odd_boxes() -> Query:
    """Return how many regions of a source are odd, and the lowest id of each kind.

    Columns: dataset, path of the file, then number and lowest id of the boxes that leave their
    image by more than half a pixel, of those without extent, of those that have no pixel inside
    their image, and of objects that have neither a synset nor a category. Sources without regions
    have no row.
    """
    x, y, w, h = Region.c.x, Region.c.y, Region.c.w, Region.c.h
    leaves = or_(
        x < -_SLACK,
        y < -_SLACK,
        x + w > Image.c.width + _SLACK,
        y + h > Image.c.height + _SLACK,
    )
    beyond = or_(x + w <= 0, y + h <= 0, x >= Image.c.width, y >= Image.c.height)
    outside = and_(w > 0, h > 0, beyond)
    several = (
        select(RegionSynset.c.region_pk).where(RegionSynset.c.region_pk == Region.c.pk).exists()
    )
    nameless = and_(Region.c.category_pk.is_(None), Region.c.synset_pk.is_(None), ~several)
    odd = (leaves, or_(w <= 0, h <= 0), outside, nameless)
    kinds = [column for condition in odd for column in _counted(condition)]
    return (
        select(func.min(Dataset.c.name), first_file(), *kinds)
        .select_from(Region)
        .join(Image, Image.c.pk == Region.c.image_pk)
        .join(Source, Source.c.pk == Region.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .group_by(Source.c.pk)
        .order_by(Source.c.pk)
    )


def equal_boxes(named: int) -> Query:
    """Return how many regions of a source are equal to one before them, and the first of them.

    They have the same image, category or synset, and numbers as one with a lower id. Columns:
    dataset, path of the file, number, id; a row for each of the first `named` ids of a source.
    Objects with no synset, or with several, are not compared: they are no exemplars.
    """
    label = func.coalesce(Region.c.category_pk, Region.c.synset_pk)
    box = (Region.c.x, Region.c.y, Region.c.w, Region.c.h)
    same = (Region.c.image_pk, Region.c.source_pk, Region.c.category_pk, Region.c.synset_pk, *box)
    turn = func.row_number().over(partition_by=same, order_by=Region.c.key)
    boxes = select(Region.c.source_pk, Region.c.key, turn.label("turn"))
    each = boxes.where(label.is_not(None)).subquery("each")
    again = (
        select(
            each.c.source_pk,
            each.c.key,
            func.count().over(partition_by=each.c.source_pk).label("count"),
            func.row_number()
            .over(partition_by=each.c.source_pk, order_by=each.c.key)
            .label("rank"),
        )
        .where(each.c.turn > 1)
        .subquery("again")
    )
    return (
        select(Dataset.c.name, first_file(), again.c.count, again.c.key)
        .select_from(again)
        .join(Source, Source.c.pk == again.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(again.c.rank <= named)
        .order_by(Source.c.pk, again.c.rank)
    )


def first_file() -> ScalarSelect[str]:
    """Return the path of the first file of a source."""
    return (
        select(SourceFile.c.path)
        .where(SourceFile.c.source_pk == Source.c.pk)
        .order_by(SourceFile.c.pk)
        .limit(1)
        .correlate(Source)
        .scalar_subquery()
    )


def _counted(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    key = case((condition, Region.c.key))
    return func.count(key), func.min(key)


def _with_hashes(images: Query) -> Query:
    return images.outerjoin(MeasuredFile, MeasuredFile.c.image_pk == Image.c.pk).outerjoin(
        ImageHash, ImageHash.c.image_pk == Image.c.pk
    )
