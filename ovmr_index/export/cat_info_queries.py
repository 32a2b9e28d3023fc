"""How many images and annotations each category has."""

from sqlalchemy import ColumnElement, Select, func, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Folder, Image, Region, Vocabulary
from ovmr_index.export.annotation_queries import is_of_source
from ovmr_index.images.locations import in_folder, last_part


def category_counts(source_pk: int, selected: Select[int] | None = None) -> Query:
    """Return (category pk, distinct images, annotations) of a file's categories, by pk.

    All of them, or the `selected` ones (pk).
    """
    counted = (
        select(Region.c.category_pk, func.count(Region.c.image_pk.distinct()), func.count())
        .where(is_of_source(source_pk), _within(source_pk))
        .group_by(Region.c.category_pk)
        .order_by(Region.c.category_pk)
    )
    if selected is None:
        return counted
    return counted.where(Region.c.category_pk.in_(selected.order_by(None)))


def _within(source_pk: int) -> ColumnElement[bool]:
    """Return whether a region is between the first and the last that has a category of a source.

    Sources are read one after another, so that few others are between them.
    """
    of_category = Region.alias("of_category")
    span = (
        select(func.min(of_category.c.pk).label("first"), func.max(of_category.c.pk).label("last"))
        .join(Category, Category.c.pk == of_category.c.category_pk)
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .where(Vocabulary.c.source_pk == source_pk)
        .cte("span")
    )
    first, last = (select(end).scalar_subquery() for end in (span.c.first, span.c.last))
    return Region.c.pk.between(first, last)


def labelled_counts(source_pk: int, selected: Select[int] | None = None) -> Query:
    """Return (category pk, images, 0) of the categories of a tree of images, by pk.

    All of them, or the `selected` ones (pk). The images are those in folders of the category's
    name, whatever synset it shares with others.
    """
    label = last_part(Folder.c.path)
    labelled = (
        select(label.label("label"), func.count(Image.c.pk).label("images"))
        .join(Image, in_folder(source_pk, Folder.c.pk, Folder.c.path))
        .where(Folder.c.source_pk == source_pk)
        .group_by(label)
        .subquery("labelled")
    )
    counted = (
        select(Category.c.pk, labelled.c.images, literal(0))
        .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
        .join(labelled, labelled.c.label == Category.c.name)
        .where(Vocabulary.c.source_pk == source_pk)
        .order_by(Category.c.pk)
    )
    if selected is None:
        return counted
    return counted.where(Category.c.pk.in_(selected.order_by(None)))
