"""The vocabularies of an index, with counts."""

from sqlalchemy import ColumnElement, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, PoolEntry, Source, Synset, Vocabulary


def vocabulary_named(name: str) -> Select[int]:
    """Return the pk of the vocabulary called `name`."""
    return select(Vocabulary.c.pk).where(Vocabulary.c.name == name)


def pools_by_vocabulary() -> Query:
    """Return (pk, name, categories, exemplars) of every vocabulary, by name."""
    categories, exemplars = func.count(Category.c.pk), _exemplars()
    return (
        select(
            Vocabulary.c.pk,
            Vocabulary.c.name,
            categories.label("categories"),
            exemplars.label("exemplars"),
        )
        .outerjoin(Category, Category.c.vocabulary_pk == Vocabulary.c.pk)
        .group_by(Vocabulary.c.pk)
        .order_by(Vocabulary.c.name)
    )


def vocabularies() -> Query:
    """Return (name, source, categories, those with a wnid, exemplars) of each, by name."""
    return (
        select(
            Vocabulary.c.name,
            Source.c.name,
            func.count(Category.c.pk),
            func.count(Synset.c.wnid),
            _exemplars(),
        )
        .outerjoin(Source, Source.c.pk == Vocabulary.c.source_pk)
        .outerjoin(Category, Category.c.vocabulary_pk == Vocabulary.c.pk)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .group_by(Vocabulary.c.pk, Source.c.name)
        .order_by(Vocabulary.c.name)
    )


def _exemplars() -> ColumnElement[int]:
    """Count the entries of a vocabulary's pools."""
    return (
        select(func.count())
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .where(Category.c.vocabulary_pk == Vocabulary.c.pk)
        .correlate(Vocabulary)
        .scalar_subquery()
    )
