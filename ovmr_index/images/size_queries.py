"""Which images have no size yet."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Image,
    Source,
    UnreadableImage,
)
from ovmr_index.formats.imagenet_releases import LISTED_SUFFIXES
from ovmr_index.formats.table import IMAGENET_FORMATS
from ovmr_index.images.locations import ends_with, file_name, with_location


def image_synsets(vocabulary_pk: int) -> Select[int | None]:
    """Return the synsets (pk) of a vocabulary's categories, each once."""
    return (
        select(Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Category.c.synset_pk.is_not(None))
        .distinct()
        .order_by(Category.c.synset_pk)
    )


def unmeasured_images(synset_pks: Sequence[int | None]) -> Query:
    """Return the ImageNet images of synsets that are listed and have no size yet, by synset and pk.

    Columns: root of the dataset, pk, file name, then those of a `Location`.
    """
    return with_location(
        _unmeasured(select(Dataset.c.root, Image.c.pk, file_name()))
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(Image.c.synset_pk.in_(synset_pks))
        .order_by(Image.c.synset_pk, Image.c.pk)
    )


def unmeasured_count(vocabulary_pk: int) -> Query:
    """Return how many of a vocabulary's ImageNet images that are listed have no size yet."""
    wanted = image_synsets(vocabulary_pk).order_by(None)
    return _unmeasured(select(func.count(Image.c.pk))).where(Image.c.synset_pk.in_(wanted))


def vocabulary_images(vocabulary_pk: int) -> Select[int]:
    """Return the images (pk) of a vocabulary's categories whose size is known."""
    wanted = image_synsets(vocabulary_pk).order_by(None)
    return select(Image.c.pk).where(Image.c.synset_pk.in_(wanted), Image.c.width.is_not(None))


def unreadable_images(vocabulary_pk: int) -> Query:
    """Return (file name, reason) of a vocabulary's images that cannot be read."""
    return (
        select(file_name(), UnreadableImage.c.reason)
        .join(Image, Image.c.pk == UnreadableImage.c.image_pk)
        .join(Category, Category.c.synset_pk == Image.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position, file_name())
    )


def is_listed() -> ColumnElement[bool]:
    """Return the condition that the published list of ImageNet's images takes an image."""
    return ends_with(Image.c.file_name, LISTED_SUFFIXES)


def _unmeasured(columns: Query) -> Query:
    return (
        columns.select_from(Image)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Source.c.format.in_(IMAGENET_FORMATS), Image.c.width.is_(None))
        .where(is_listed())
    )
