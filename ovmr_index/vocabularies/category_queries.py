"""The categories of a vocabulary."""

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Synset,
    Vocabulary,
)

CategorySynset = aliased(Synset, name="category_synsets")


def category_synset() -> ColumnElement[str]:
    """Return the name of a category's synset; of one without a synset its own name."""
    return func.coalesce(CategorySynset.name, Category.name)


def categories(vocabulary_id: int) -> Query:
    """Return row, key, synset and name of a vocabulary's categories, in the file's order."""
    return (
        select(Category.id, Category.key, category_synset(), Category.name)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .order_by(Category.position)
    )


def find_category(vocabulary_id: int, category: str | int) -> Select[int]:
    """Return the rows of the categories with an id, or with a name or synset."""
    text = str(category)
    named = or_(Category.name == text, CategorySynset.name == text)
    is_id = Category.key == int(text) if text.isdecimal() and len(text) < 19 else named
    return (
        select(Category.id)
        .outerjoin(CategorySynset, CategorySynset.id == Category.synset_id)
        .where(Category.vocabulary_id == vocabulary_id, is_id)
        .order_by(Category.id)
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
