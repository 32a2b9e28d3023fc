"""Which images have no size yet."""

from collections.abc import Sequence

from sqlalchemy import (
    Select,
    func,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    Source,
    UnreadableImage,
)
from ovmr_index.images.locations import file_name, with_location

IMAGENET = "imagenet"


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

    Columns: dataset root, picture row, file name, and where it lies as `with_location` tells.
    """
    return with_location(
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
        select(file_name(), UnreadableImage.reason)
        .join(Image, Image.id == UnreadableImage.image_id)
        .join(Folder, Folder.id == Image.folder_id)
        .join(Category, Category.synset_id == Image.synset_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position, file_name())
    )


def _unmeasured(columns: Query) -> Query:
    return (
        columns.select_from(Image)
        .join(Source, Source.id == Image.source_id)
        .where(Source.format == IMAGENET, Image.width.is_(None))
    )
