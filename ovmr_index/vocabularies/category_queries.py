"""The categories of a vocabulary."""

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    func,
    or_,
    select,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Synset,
    Vocabulary,
)

CategorySynset = Synset.alias("category_synsets")


def category_synset() -> ColumnElement[str]:
    """Return the name of a category's synset; the category's name if it has none."""
    return func.coalesce(CategorySynset.c.name, Category.c.name)


def categories(vocabulary_pk: int) -> Query:
    """Return (pk, key, synset, name) of a vocabulary's categories, in the file's order."""
    return (
        select(Category.c.pk, Category.c.key, category_synset().label("synset"), Category.c.name)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def named_categories(vocabulary_pk: int) -> Query:
    """Return (key, name, synset or null) of a vocabulary's categories, in the file's order."""
    return (
        select(Category.c.key, Category.c.name, Synset.c.name)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def described_categories(vocabulary_pk: int) -> Query:
    """Return (key, name, synset, frequency, record, lemmas) of categories, in the file's order."""
    return (
        select(Category.c.key, Category.c.name, Category.c.frequency, Category.c.record)
        .add_columns(Synset.c.name.label("synset"), Synset.c.lemmas)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def categories_called(vocabulary_pk: int, category: str | int) -> Select[int]:
    """Return the pks of the categories with an id, or with a name or synset.

    Text of digits is an id where a category has it, and else a name.
    """
    text = str(category)
    is_meant = or_(Category.c.name == text, CategorySynset.c.name == text)
    if text.isdecimal() and len(text) < 19:
        other = Category.alias()
        has_id = (other.c.vocabulary_pk == vocabulary_pk) & (other.c.key == int(text))
        is_meant = (Category.c.key == int(text)) | (is_meant & ~exists(other.c.pk).where(has_id))
    return (
        select(Category.c.pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, is_meant)
        .order_by(Category.c.pk)
    )


def category_wnids(vocabulary_pk: int) -> Query:
    """Return (wnid, key) of a vocabulary's categories that have one, in the file's order."""
    return (
        select(Synset.c.wnid, Category.c.key)
        .join(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Synset.c.wnid.is_not(None))
        .order_by(Category.c.position)
    )


def file_vocabulary(source_pk: int) -> Select[int]:
    """Return the pk of the vocabulary that came with a source."""
    return select(Vocabulary.c.pk).where(Vocabulary.c.source_pk == source_pk)


def category_records(vocabulary_pk: int | None) -> Query:
    """Return (pk, record) of a vocabulary's categories in its order: a record is a JSON object."""
    return (
        select(Category.c.pk, Category.c.record)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def category_key(category_pk: int) -> Select[int]:
    """Return the id of a category."""
    return select(Category.c.key).where(Category.c.pk == category_pk)
