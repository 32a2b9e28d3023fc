"""The rows of an annotation file, in the file's order."""

from sqlalchemy import Select, case, func, select

from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    ImageRecord,
    Region,
    Source,
    Synset,
    UnreadablePicture,
    Vocabulary,
)
from ovmr_index.queries import Query
from ovmr_index.queries.exemplars import file_name

SPLIT_ORDER = {"train": 0, "val": 1, "imagenet21k_small_classes": 2}
RARE = "r"
IMAGENET = "imagenet"


def annotations(source_id: int, rare: bool | None) -> Query:
    """Return the annotations of a file in its order: all, only rare ones, or without those.

    Columns: region row, key, area, image key, x, y, w, h, category key.
    """
    query = (
        select(
            Region.id,
            Region.key,
            Region.area,
            Image.key,
            Region.x,
            Region.y,
            Region.w,
            Region.h,
            Category.key,
        )
        .join(Image, Image.id == Region.image_id)
        .join(Category, Category.id == Region.category_id)
        .where(Region.source_id == source_id)
        .order_by(Region.position)
    )
    if rare is None:
        return query
    is_rare = func.coalesce(Category.frequency, "") == RARE
    return query.where(is_rare if rare else ~is_rare)


def image_records(source_id: int) -> Select[str]:
    """Return the JSON objects of a file's pictures in its order."""
    return (
        select(ImageRecord.record)
        .join(Image, Image.id == ImageRecord.image_id)
        .where(Image.source_id == source_id)
        .order_by(Image.position)
    )


def category_records(source_id: int) -> Query:
    """Return (category row, JSON object) of a file's categories in its order."""
    return (
        select(Category.id, Category.record)
        .join(Vocabulary, Vocabulary.id == Category.vocabulary_id)
        .where(Vocabulary.source_id == source_id)
        .order_by(Category.position)
    )


def category_counts(source_id: int) -> Query:
    """Return (category row, distinct pictures, annotations) of a file's categories."""
    return (
        select(Region.category_id, func.count(Region.image_id.distinct()), func.count())
        .where(Region.source_id == source_id)
        .group_by(Region.category_id)
        .order_by(Region.category_id)
    )


def pictures_of_categories(source_id: int) -> Query:
    """Return the ImageNet pictures of a file's categories whose size is known.

    Columns: category key, file name, width, height. Ordered by category, then train, val, small
    classes, then by name, code point by code point.
    """
    split = case(SPLIT_ORDER, value=Folder.split, else_=0)
    return (
        _measured(select(Category.key, file_name(), Image.width, Image.height), source_id)
        .join(Folder, Folder.id == Image.folder_id)
        .order_by(Category.position, split, Image.name)
    )


def picture_counts(source_id: int) -> Query:
    """Return (category row, pictures whose size is known) of a file's categories."""
    counted = _measured(select(Category.id, func.count()), source_id)
    return counted.group_by(Category.id).order_by(Category.id)


def unmeasured_pictures(source_id: int, above: int, limit: int) -> Query:
    """Return (picture row, dataset root, file name) of pictures whose size is not known yet.

    They are those of a file's categories, by row, at most `limit` of the rows behind `above`.
    """
    return (
        _unmeasured(select(Image.id, Dataset.root, file_name()), source_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .where(Image.id > above)
        .order_by(Image.id)
        .limit(limit)
    )


def unmeasured_count(source_id: int) -> Query:
    """Return how many pictures of a file's categories have no size yet."""
    return _unmeasured(select(func.count(Image.id)), source_id)


def unreadable_pictures(source_id: int) -> Query:
    """Return (file name, reason) of the pictures of a file's categories that cannot be read."""
    return (
        select(file_name(), UnreadablePicture.reason)
        .join(Image, Image.id == UnreadablePicture.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Category, Category.synset_id == Image.synset_id)
        .join(Vocabulary, Vocabulary.id == Category.vocabulary_id)
        .where(Vocabulary.source_id == source_id)
        .order_by(Category.position, file_name())
    )


def _measured(columns: Query, source_id: int) -> Query:
    return (
        columns.select_from(Category)
        .join(Vocabulary, Vocabulary.id == Category.vocabulary_id)
        .join(Synset, Synset.id == Category.synset_id)
        .join(Image, Image.synset_id == Synset.id)
        .join(Source, Source.id == Image.source_id)
        .where(
            Vocabulary.source_id == source_id,
            Synset.wnid.is_not(None),
            Source.format == IMAGENET,
            Image.width.is_not(None),
        )
    )


def _unmeasured(columns: Query, source_id: int) -> Query:
    wanted = (
        select(Category.synset_id)
        .join(Vocabulary, Vocabulary.id == Category.vocabulary_id)
        .where(Vocabulary.source_id == source_id, Category.synset_id.is_not(None))
    )
    return (
        columns.select_from(Image)
        .join(Source, Source.id == Image.source_id)
        .where(Source.format == IMAGENET, Image.synset_id.in_(wanted), Image.width.is_(None))
    )
