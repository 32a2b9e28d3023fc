"""How many images and annotations each category has."""

from sqlalchemy import (
    Select,
    func,
    literal,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Image,
    Region,
    Vocabulary,
)
from ovmr_index.export.annotation_queries import _is_of


def category_counts(source_pk: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, distinct pictures, annotations) of a file's categories.

    All of them, or only those whose rows are `kept`.
    """
    counted = (
        select(Region.category_pk, func.count(Region.image_pk.distinct()), func.count())
        .where(_is_of(source_pk))
        .group_by(Region.category_pk)
        .order_by(Region.category_pk)
    )
    return counted if kept is None else counted.where(Region.category_pk.in_(kept.order_by(None)))


def labelled_counts(source_pk: int, kept: Select[int] | None = None) -> Query:
    """Return (category row, pictures, 0) of the categories of a tree of pictures.

    All of them, or only those whose rows are `kept`.
    """
    counted = (
        select(Category.pk, func.count(Image.pk), literal(0))
        .join(Vocabulary, Vocabulary.pk == Category.vocabulary_pk)
        .join(
            Image,
            (Image.source_pk == Vocabulary.source_pk) & (Image.synset_pk == Category.synset_pk),
        )
        .where(Vocabulary.source_pk == source_pk)
        .group_by(Category.pk)
        .order_by(Category.pk)
    )
    return counted if kept is None else counted.where(Category.pk.in_(kept.order_by(None)))
