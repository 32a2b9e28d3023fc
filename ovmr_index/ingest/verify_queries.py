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
    Region,
    RegionSynset,
    Source,
    SourceFile,
    TarEntry,
)
from ovmr_index.images.locations import with_location

PAGE = 65_536  # pictures
_SLACK = 0.5  # pixels that a rounded box may leave its picture by


def source_files() -> Query:
    """Return (dataset, format, path, size, SHA-256) of the annotation files."""
    return (
        select(Dataset.name, Source.format, SourceFile.path, SourceFile.size, SourceFile.sha256)
        .join(Source, Source.id == SourceFile.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .order_by(Source.id, SourceFile.id)
    )


def archives() -> Query:
    """Return (row, dataset, root, path, size) of the tars that pictures lie in."""
    return (
        select(Archive.id, Dataset.name, Dataset.root, Archive.path, Archive.size)
        .join(Source, Source.id == Archive.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .order_by(Dataset.name, Archive.path)
    )


def picture_sources() -> Query:
    """Return (source row, dataset, root, format, whether it is annotation files)."""
    return (
        select(Source.id, Dataset.name, Dataset.root, Source.format, Source.header.is_not(None))
        .join(Dataset, Dataset.id == Source.dataset_id)
        .order_by(Dataset.name, Source.id)
    )


def folders(source_id: int) -> Query:
    """Return (folder row, path, row of the tar that it lies in) of a source's folders."""
    return (
        select(Folder.id, Folder.path, FolderArchive.archive_id)
        .outerjoin(FolderArchive, FolderArchive.folder_id == Folder.id)
        .where(Folder.source_id == source_id)
        .order_by(Folder.path)
    )


def pictures_in_folders(folder_ids: Sequence[int]) -> Query:
    """Return (folder row, name, width, height, place) of pictures without ids, by folder.

    The columns of the place are those of `archives.with_location`; where pictures lie in a tar
    they are ordered as they do there.
    """
    pictures = select(Image.folder_id, Image.name, Image.width, Image.height)
    return (
        with_location(pictures.select_from(Image))
        .where(Image.folder_id.in_(folder_ids), Image.key.is_(None))
        .order_by(Image.folder_id, TarEntry.offset, Image.name)
    )


def pictures_after(source_id: int, key: int) -> Query:
    """Return a page of (folder row, name, width, height, id), by id, of ids above `key`."""
    return (
        select(Image.folder_id, Image.name, Image.width, Image.height, Image.key)
        .where(Image.source_id == source_id, Image.key > key)
        .order_by(Image.key)
        .limit(PAGE)
    )


def image_count_query() -> Query:
    """Return how many pictures the index knows."""
    return select(func.count(Image.id))


def odd_boxes() -> Query:
    """Return how many regions of a source are odd, and the lowest id of each kind.

    Columns: dataset, path of the file, then number and lowest id of the boxes that leave their
    picture by more than half a pixel, of those without extent, and of objects that have neither a
    synset nor a category. Sources without regions have no row.
    """
    x, y, w, h = Region.x, Region.y, Region.w, Region.h
    leaves = or_(
        x < -_SLACK,
        y < -_SLACK,
        x + w > Image.width + _SLACK,
        y + h > Image.height + _SLACK,
    )
    several = select(RegionSynset.region_id).where(RegionSynset.region_id == Region.id).exists()
    nameless = and_(Region.category_id.is_(None), Region.synset_id.is_(None), ~several)
    file = (
        select(SourceFile.path)
        .where(SourceFile.source_id == Source.id)
        .order_by(SourceFile.id)
        .limit(1)
        .correlate(Source)
        .scalar_subquery()
    )
    kinds = [*_counted(leaves), *_counted(or_(w <= 0, h <= 0)), *_counted(nameless)]
    return (
        select(Dataset.name, file, *kinds)
        .select_from(Region)
        .join(Image, Image.id == Region.image_id)
        .join(Source, Source.id == Region.source_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .group_by(Source.id)
        .order_by(Source.id)
    )


def _counted(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    key = case((condition, Region.key))
    return func.count(key), func.min(key)
