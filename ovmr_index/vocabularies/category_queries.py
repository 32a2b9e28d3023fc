"""The categories of a vocabulary."""

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
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
    """Return the name of a category's synset; the category's name if it has none."""
    return func.coalesce(CategorySynset.name, Category.name)


def categories(vocabulary_pk: int) -> Query:
    """Return (pk, key, synset, name) of a vocabulary's categories, in the file's order."""
    return (
        select(Category.pk, Category.key, category_synset().label("synset"), Category.name)
        .outerjoin(CategorySynset, CategorySynset.pk == Category.synset_pk)
        .where(Category.vocabulary_pk == vocabulary_pk)
        .order_by(Category.position)
    )


def named_categories(vocabulary_pk: int) -> Query:
    """Return (key, name, synset or null) of a vocabulary's categories, in the file's order."""
    return (
        select(Category.key, Category.name, Synset.name)
        .outerjoin(Synset, Synset.pk == Category.synset_pk)
        .where(Category.vocabulary_pk == vocabulary_pk)
        .order_by(Category.position)
    )


def categories_called(vocabulary_pk: int, category: str | int) -> Select[int]:
    """Return the pks of the categories with an id, or with a name or synset.

    Text of digits is an id where a category has it, and else a name.
    """
    text = str(category)
    is_meant = or_(Category.name == text, CategorySynset.name == text)
    if text.isdecimal() and len(text) < 19:
        other = aliased(Category)
        has_id = (other.vocabulary_pk == vocabulary_pk) & (other.key == int(text))
        is_meant = (Category.key == int(text)) | (is_meant & ~exists(other.pk).where(has_id))
    return (
        select(Category.pk)
        .outerjoin(CategorySynset, CategorySynset.pk == Category.synset_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, is_meant)
        .order_by(Category.pk)
    )


def category_wnids(vocabulary_pk: int) -> Query:
    """Return (wnid, key) of a vocabulary's categories that have one, in the file's order."""
    return (
        select(Synset.wnid, Category.key)
        .join(Synset, Synset.pk == Category.synset_pk)
        .where(Category.vocabulary_pk == vocabulary_pk, Synset.wnid.is_not(None))
        .order_by(Category.position)
    )


def file_vocabulary(source_pk: int) -> Select[int]:
    """Return the pk of the vocabulary that came with a source."""
    return select(Vocabulary.pk).where(Vocabulary.source_pk == source_pk)


def category_records(vocabulary_pk: int | None) -> Query:
    """Return (pk, record) of a vocabulary's categories in its order: a record is a JSON object."""
    return (
        select(Category.pk, Category.record)
        .where(Category.vocabulary_pk == vocabulary_pk)
        .order_by(Category.position)
    )
