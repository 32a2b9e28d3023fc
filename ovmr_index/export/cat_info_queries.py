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
