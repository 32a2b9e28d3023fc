"""The ImageNet images of a vocabulary's categories, with their sizes."""

from sqlalchemy import (
    Select,
    case,
    func,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Folder,
    Image,
    Source,
    Synset,
)
from ovmr_index.formats.table import IMAGENET_FORMATS
from ovmr_index.images.locations import file_name

SPLIT_ORDER = {"train": 0, "val": 1, "imagenet21k_small_classes": 2}


def pictures_of_categories(vocabulary_pk: int, kept: Select[int] | None = None) -> Query:
    """Return the ImageNet pictures of a vocabulary's categories whose size is known.

    Columns: category key, file name, width, height. Ordered by category, then train, val, small
    classes, then by name, code point by code point. Of all categories, or only of those `kept`.
    """
    split = case(SPLIT_ORDER, value=Folder.split, else_=0)
    columns = select(Category.key, file_name(), Image.width, Image.height)
    return (
        _measured(columns, vocabulary_pk, kept)
        .join(Folder, Folder.pk == Image.folder_pk)
        .order_by(Category.position, split, Image.name)
    )


def picture_counts(vocabulary_pk: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, pictures whose size is known) of categories, as those are chosen."""
    counted = _measured(select(Category.pk, func.count()), vocabulary_pk, kept)
    return counted.group_by(Category.pk).order_by(Category.pk)


def _measured(columns: Query, vocabulary_pk: int, kept: Select[int] | None) -> Query:
    found = (
        columns.select_from(Category)
        .join(Synset, Synset.pk == Category.synset_pk)
        .join(Image, Image.synset_pk == Synset.pk)
        .join(Source, Source.pk == Image.source_pk)
        .where(
            Category.vocabulary_pk == vocabulary_pk,
            Synset.wnid.is_not(None),
            Source.format.in_(IMAGENET_FORMATS),
            Image.width.is_not(None),
        )
    )
    return found if kept is None else found.where(Category.pk.in_(kept.order_by(None)))
