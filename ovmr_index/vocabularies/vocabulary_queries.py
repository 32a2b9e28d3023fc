"""The vocabularies of an index, with counts."""

from sqlalchemy import ColumnElement, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, PoolEntry, Source, Synset, Vocabulary


def vocabulary_named(name: str) -> Select[int]:
    """Return the pk of the vocabulary called `name`."""
    return select(Vocabulary.pk).where(Vocabulary.name == name)


def pools_by_vocabulary() -> Query:
    """Return (pk, name, categories, exemplars) of every vocabulary, by name."""
    categories, exemplars = func.count(Category.pk), _exemplars()
    return (
        select(
            Vocabulary.pk,
            Vocabulary.name,
            categories.label("categories"),
            exemplars.label("exemplars"),
        )
        .outerjoin(Category, Category.vocabulary_pk == Vocabulary.pk)
        .group_by(Vocabulary.pk)
        .order_by(Vocabulary.name)
    )


def vocabularies() -> Query:
    """Return (name, source, categories, those with a wnid, exemplars) of each, by name."""
    return (
        select(
            Vocabulary.name,
            Source.name,
            func.count(Category.pk),
            func.count(Synset.wnid),
            _exemplars(),
        )
        .outerjoin(Source, Source.pk == Vocabulary.source_pk)
        .outerjoin(Category, Category.vocabulary_pk == Vocabulary.pk)
        .outerjoin(Synset, Synset.pk == Category.synset_pk)
        .group_by(Vocabulary.pk)
        .order_by(Vocabulary.name)
    )


def _exemplars() -> ColumnElement[int]:
    """Count the entries of a vocabulary's pools."""
    return (
        select(func.count())
        .select_from(PoolEntry)
        .join(Category, Category.pk == PoolEntry.category_pk)
        .where(Category.vocabulary_pk == Vocabulary.pk)
        .correlate(Vocabulary)
        .scalar_subquery()
    )
