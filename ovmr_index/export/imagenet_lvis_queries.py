"""The ImageNet images of a vocabulary's categories, with their sizes.

The published script lists those that end in one of four suffixes; the index may hold others.
"""

from sqlalchemy import Select, case, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Folder, Image, Source, Synset, Vocabulary
from ovmr_index.formats.table import IMAGENET_FORMATS
from ovmr_index.images.locations import file_name, name_below
from ovmr_index.images.size_queries import is_listed

SPLIT_ORDER = {"train": 0, "val": 1, "imagenet21k_small_classes": 2}


def images_of_categories(vocabulary_pk: int, selected: Select[int] | None = None) -> Query:
    """Return the listed ImageNet images of a vocabulary's categories whose size is known.

    Columns: category id, file name, width, height. Ordered by category, then train, val, small
    classes, then by name, code point by code point. Of all categories, or the `selected` (pk).
    """
    split = case(SPLIT_ORDER, value=Folder.c.split, else_=0)
    columns = select(Category.c.key, file_name(), Image.c.width, Image.c.height)
    return (
        _of_categories(columns, vocabulary_pk, selected)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .where(Image.c.width.is_not(None), is_listed())
        .order_by(Category.c.position, split, name_below(Folder.c.path))
    )


def image_counts(vocabulary_pk: int, selected: Select[int] | None = None) -> Query:
    """Return the counts of images of all categories, or the `selected`.

    Columns: category pk, images that are listed and whose size is known, images not listed.
    """
    listed = func.count(case((is_listed(), Image.c.width)))
    others = func.count(case((~is_listed(), 1)))
    counted = _of_categories(select(Category.c.pk, listed, others), vocabulary_pk, selected)
    return counted.group_by(Category.c.pk).order_by(Category.c.pk)


def wnid_images(source_pk: int) -> Select[int]:
    """Return the listed ImageNet images (pk) of the categories of an annotation file."""
    return (
        select(Image.c.pk)
        .select_from(Category)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .join(Image, Image.c.synset_pk == Category.c.synset_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(
            Vocabulary.c.source_pk == source_pk, Source.c.format.in_(IMAGENET_FORMATS), is_listed()
        )
    )


def _of_categories(columns: Query, vocabulary_pk: int, selected: Select[int] | None) -> Query:
    found = (
        columns.select_from(Category)
        .join(Synset, Synset.c.pk == Category.c.synset_pk)
        .join(Image, Image.c.synset_pk == Synset.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(
            Category.c.vocabulary_pk == vocabulary_pk,
            Synset.c.wnid.is_not(None),
            Source.c.format.in_(IMAGENET_FORMATS),
        )
    )
    return found if selected is None else found.where(Category.c.pk.in_(selected.order_by(None)))
