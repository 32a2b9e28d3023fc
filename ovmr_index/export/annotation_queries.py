"""The rows of an annotation file, in the file's order."""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    case,
    func,
    insert,
    literal,
    select,
)

from ovmr_index.db.engine import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    ImageRecord,
    Region,
    RegionDetail,
    Source,
    Synset,
    UnreadablePicture,
    Vocabulary,
)
from ovmr_index.images.locations import with_places
from ovmr_index.pools.exemplar_queries import file_name

SPLIT_ORDER = {"train": 0, "val": 1, "imagenet21k_small_classes": 2}
IMAGENET = "imagenet"

IN_ORDER = Table(
    "in_order",
    MetaData(),
    Column("rank", Integer, primary_key=True),
    Column("region_id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


def put_in_order(source_id: int, kept: Select[int] | None = None) -> Insert:
    """Return the statement that puts a file's annotations into `in_order`, in the file's order.

    All of them, or only those of the categories whose rows are `kept`.
    """
    found = select(Region.id).where(_is_of(source_id)).order_by(Region.position)
    if kept is not None:
        # Not the bare column, whose index SQLite would go by.
        found = found.where(func.coalesce(Region.category_id, 0).in_(kept.order_by(None)))
    return insert(IN_ORDER).from_select(["region_id"], found)


def annotations() -> Query:
    """Return the annotations that stand in `in_order`, as `entries.annotation_members` takes them.

    Columns: key, area, segmentation, image key, x, y, w, h, category key, other fields; the
    segmentation and the other fields are JSON text. Polygons are joined to rows in order, as
    SQLite would carry them all through a sort.
    """
    return (
        select(
            Region.key,
            Region.area,
            RegionDetail.segmentation,
            Image.key,
            Region.x,
            Region.y,
            Region.w,
            Region.h,
            Category.key,
            RegionDetail.fields,
        )
        .select_from(IN_ORDER)
        .join(Region, Region.id == IN_ORDER.c.region_id)
        .join(Image, Image.id == Region.image_id)
        .join(Category, Category.id == Region.category_id)
        .outerjoin(RegionDetail, RegionDetail.region_id == Region.id)
        .order_by(IN_ORDER.c.rank)
    )


def image_records(source_id: int) -> Select[str]:
    """Return the JSON objects of a file's pictures in its order."""
    return (
        select(ImageRecord.record)
        .join(Image, Image.id == ImageRecord.image_id)
        .where(Image.source_id == source_id)
        .order_by(Image.position)
    )


def file_vocabulary(source_id: int) -> Select[int]:
    """Return the row of the vocabulary that came with a source."""
    return select(Vocabulary.id).where(Vocabulary.source_id == source_id)


def category_records(vocabulary_id: int | None) -> Query:
    """Return (category row, JSON object) of a vocabulary's categories in its order."""
    return (
        select(Category.id, Category.record)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position)
    )


def category_counts(source_id: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, distinct pictures, annotations) of a file's categories.

    All of them, or only those whose rows are `kept`.
    """
    counted = (
        select(Region.category_id, func.count(Region.image_id.distinct()), func.count())
        .where(_is_of(source_id))
        .group_by(Region.category_id)
        .order_by(Region.category_id)
    )
    return counted if kept is None else counted.where(Region.category_id.in_(kept.order_by(None)))


def labelled_counts(source_id: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, pictures, 0) of the categories of a tree of pictures.

    All of them, or only those whose rows are `kept`.
    """
    counted = (
        select(Category.id, func.count(Image.id), literal(0))
        .join(Vocabulary, Vocabulary.id == Category.vocabulary_id)
        .join(
            Image,
            (Image.source_id == Vocabulary.source_id) & (Image.synset_id == Category.synset_id),
        )
        .where(Vocabulary.source_id == source_id)
        .group_by(Category.id)
        .order_by(Category.id)
    )
    return counted if kept is None else counted.where(Category.id.in_(kept.order_by(None)))


def pictures_of_categories(vocabulary_id: int, kept: Select[int] | None = None) -> Query:
    """Return the ImageNet pictures of a vocabulary's categories whose size is known.

    Columns: category key, file name, width, height. Ordered by category, then train, val, small
    classes, then by name, code point by code point. Of all categories, or only of those `kept`.
    """
    split = case(SPLIT_ORDER, value=Folder.split, else_=0)
    columns = select(Category.key, file_name(), Image.width, Image.height)
    return (
        _measured(columns, vocabulary_id, kept)
        .join(Folder, Folder.id == Image.folder_id)
        .order_by(Category.position, split, Image.name)
    )


def picture_counts(vocabulary_id: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, pictures whose size is known) of categories, as those are chosen."""
    counted = _measured(select(Category.id, func.count()), vocabulary_id, kept)
    return counted.group_by(Category.id).order_by(Category.id)


def picture_synsets(vocabulary_id: int) -> Select[int | None]:
    """Return the rows of the synsets of a vocabulary's categories, each once."""
    return (
        select(Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id, Category.synset_id.is_not(None))
        .distinct()
        .order_by(Category.synset_id)
    )


def unmeasured_pictures(synset_ids: Sequence[int | None]) -> Query:
    """Return the ImageNet pictures of synsets whose size is not known yet, by synset and row.

    Columns: dataset root, picture row, file name, and where it lies as `with_places` tells.
    """
    return with_places(
        _unmeasured(select(Dataset.root, Image.id, file_name()))
        .join(Folder, Folder.id == Image.folder_id)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .where(Image.synset_id.in_(synset_ids))
        .order_by(Image.synset_id, Image.id)
    )


def unmeasured_count(vocabulary_id: int) -> Query:
    """Return how many ImageNet pictures of a vocabulary's categories have no size yet."""
    wanted = picture_synsets(vocabulary_id).order_by(None)
    return _unmeasured(select(func.count(Image.id))).where(Image.synset_id.in_(wanted))


def unreadable_pictures(vocabulary_id: int) -> Query:
    """Return (file name, reason) of the pictures of categories that cannot be read."""
    return (
        select(file_name(), UnreadablePicture.reason)
        .join(Image, Image.id == UnreadablePicture.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Category, Category.synset_id == Image.synset_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position, file_name())
    )


def _is_of(source_id: int) -> ColumnElement[bool]:
    """Compare the source of a region, in a query of most regions that there are.

    The sum keeps SQLite from the index of sources and keys: it reads the table from end to end, in
    0.5 s for LVIS train, where rows in the order of that index take 2.5 s.
    """
    return Region.source_id + 0 == source_id


def _measured(columns: Query, vocabulary_id: int, kept: Select[int] | None) -> Query:
    found = (
        columns.select_from(Category)
        .join(Synset, Synset.id == Category.synset_id)
        .join(Image, Image.synset_id == Synset.id)
        .join(Source, Source.id == Image.source_id)
        .where(
            Category.vocabulary_id == vocabulary_id,
            Synset.wnid.is_not(None),
            Source.format == IMAGENET,
            Image.width.is_not(None),
        )
    )
    return found if kept is None else found.where(Category.id.in_(kept.order_by(None)))


def _unmeasured(columns: Query) -> Query:
    return (
        columns.select_from(Image)
        .join(Source, Source.id == Image.source_id)
        .where(Source.format == IMAGENET, Image.width.is_(None))
    )
