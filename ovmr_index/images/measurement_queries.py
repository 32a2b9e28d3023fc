"""Which images were measured, from files in which state, and what is kept of those gone."""

from collections.abc import Mapping

from sqlalchemy import CompoundSelect, Insert, Select, case, func, literal, or_, select, true, union
from sqlalchemy.dialects.postgresql import insert  # SQLite has its ON CONFLICT

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import array_of, item, placed_lists, whole_item
from ovmr_index.db.models import (
    WHOLE,
    Dataset,
    Folder,
    Image,
    ImageHash,
    KeptMeasurement,
    MeasuredFile,
    Source,
    UnreadableImage,
)
from ovmr_index.images.locations import name_below, with_location

_KEPT = ("source", "file_name", "size", "mtime_ns", "width", "height", "sha256", "perceptual")


def measured_count(images: Select[int] | CompoundSelect[int], most: int) -> Select[int]:
    """Return how many of the images (pk) have a measurement; no more than `most` are counted."""
    wanted = images.order_by(None).subquery("wanted")
    image_pk = next(iter(wanted.c))
    found = select(MeasuredFile.c.image_pk).join(wanted, image_pk == MeasuredFile.c.image_pk)
    return select(func.count()).select_from(found.limit(most).subquery("found"))


def measured_files(images: Select[int] | CompoundSelect[int]) -> Query:
    """Return those of the images (pk) that have a measurement, by pk.

    Columns: pk, root of the dataset, file name, size and time of the file, then those of a
    `Location`.
    """
    return with_location(
        select(
            Image.c.pk,
            Dataset.c.root,
            Image.c.file_name,
            MeasuredFile.c.size,
            MeasuredFile.c.mtime_ns,
        )
        .select_from(MeasuredFile)
        .join(Image, Image.c.pk == MeasuredFile.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(MeasuredFile.c.image_pk.in_(images.order_by(None)))
        .order_by(MeasuredFile.c.image_pk)
    )


def measured_images(among: Select[int] | None) -> Query:
    """Return (pk, name, size, time) of images that have any measurement.

    Size and time of the file are null where a version measured it that did not keep them. Of all
    images, or of those `among` some (pk).
    """
    is_measured = or_(
        MeasuredFile.c.image_pk.is_not(None),
        ImageHash.c.image_pk.is_not(None),
        UnreadableImage.c.image_pk.is_not(None),
        Image.c.key.is_(None) & Image.c.width.is_not(None),
    )
    name = name_below(Folder.c.path)
    query = (
        select(Image.c.pk, name, MeasuredFile.c.size, MeasuredFile.c.mtime_ns)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .outerjoin(MeasuredFile, MeasuredFile.c.image_pk == Image.c.pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == Image.c.pk)
        .outerjoin(UnreadableImage, UnreadableImage.c.image_pk == Image.c.pk)
        .where(is_measured)
        .order_by(Image.c.pk)
    )
    return query if among is None else query.where(Image.c.pk.in_(among))


def keep_query(images: Select[int]) -> Insert:
    """Return the statement that keeps the measurements of images (pk) by their natural key."""
    of_file = (
        case((Image.c.key.is_(None), Image.c.width)),
        case((Image.c.key.is_(None), Image.c.height)),
    )
    kept = (
        select(
            Source.c.name,
            Image.c.file_name,
            MeasuredFile.c.size,
            MeasuredFile.c.mtime_ns,
            *of_file,
            ImageHash.c.sha256,
            ImageHash.c.perceptual,
        )
        .select_from(MeasuredFile)
        .join(Image, Image.c.pk == MeasuredFile.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(ImageHash, ImageHash.c.image_pk == Image.c.pk)
        .where(MeasuredFile.c.image_pk.in_(images))
        .order_by(Image.c.pk)
    )
    return _put_kept(kept)


def keep_former(source: str, file_names: Mapping[int, str]) -> Insert:
    """Return the statement that keeps the hashes of images of a source that had these names.

    `file_names` are by the pks of the images. The sizes are those of the source's own file.
    """
    listed = placed_lists(array_of(file_names.items()), "listed")
    former = (
        select(
            literal(source),
            item(listed.c.value, 1),
            MeasuredFile.c.size,
            MeasuredFile.c.mtime_ns,
            literal(None, WHOLE),
            literal(None, WHOLE),
            ImageHash.c.sha256,
            ImageHash.c.perceptual,
        )
        .select_from(listed)
        .join(MeasuredFile, MeasuredFile.c.image_pk == whole_item(listed.c.value, 0))
        .outerjoin(ImageHash, ImageHash.c.image_pk == MeasuredFile.c.image_pk)
        .where(true())
    )
    return _put_kept(former)


def _put_kept(rows: Query) -> Insert:
    put = insert(KeptMeasurement)
    return put.from_select(_KEPT, rows).on_conflict_do_update(
        index_elements=_KEPT[:2], set_={name: put.excluded[name] for name in _KEPT[2:]}
    )


def kept_and_back(name: str) -> Query:
    """Return what is kept of a source's images that are in the index again.

    Columns: pk, whether it was measured since, file name, size and time of the file, width, height,
    SHA-256, perceptual hash, then those of a `Location`. Width and height are null of an image with
    an id, whose size is what its source says.
    """
    kept = [
        case((Image.c.key.is_(None), KeptMeasurement.c[one]))
        if one in {"width", "height"}
        else KeptMeasurement.c[one]
        for one in _KEPT[2:]
    ]
    return with_location(
        select(Image.c.pk, MeasuredFile.c.image_pk.is_not(None), Image.c.file_name, *kept)
        .select_from(KeptMeasurement)
        .join(Source, Source.c.name == KeptMeasurement.c.source)
        .join(
            Image,
            (Image.c.source_pk == Source.c.pk) & (Image.c.file_name == KeptMeasurement.c.file_name),
        )
        .outerjoin(MeasuredFile, MeasuredFile.c.image_pk == Image.c.pk)
        .where(KeptMeasurement.c.source == name)
        .order_by(Image.c.pk)
    )


def hashed_images(source_pk: int) -> Query:
    """Return (pk, file name) of a source's images that have a hash, or a file that was measured."""
    measured = union(select(MeasuredFile.c.image_pk), select(ImageHash.c.image_pk))
    return (
        select(Image.c.pk, Image.c.file_name)
        .where(Image.c.source_pk == source_pk, Image.c.pk.in_(measured))
        .order_by(Image.c.pk)
    )
