"""The vocabularies of an index, and how their names meet WordNet."""

from sqlalchemy import ColumnElement, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, PoolEntry, Source, Synset, Vocabulary


def find_vocabulary(name: str) -> Select[int]:
    """Return the row of the vocabulary called `name`."""
    return select(Vocabulary.id).where(Vocabulary.name == name)


def pools_by_vocabulary() -> Query:
    """Return (row, name, categories, exemplars) of every vocabulary, by name."""
    return (
        select(Vocabulary.id, Vocabulary.name, func.count(Category.id), _exemplars())
        .outerjoin(Category, Category.vocabulary_id == Vocabulary.id)
        .group_by(Vocabulary.id)
        .order_by(Vocabulary.name)
    )


def vocabularies() -> Query:
    """Return (name, source, categories, those with a wnid, exemplars) of each, by name."""
    return (
        select(
            Vocabulary.name,
            Source.name,
            func.count(Category.id),
            func.count(Synset.wnid),
            _exemplars(),
        )
        .outerjoin(Source, Source.id == Vocabulary.source_id)
        .outerjoin(Category, Category.vocabulary_id == Vocabulary.id)
        .outerjoin(Synset, Synset.id == Category.synset_id)
        .group_by(Vocabulary.id)
        .order_by(Vocabulary.name)
    )


def _exemplars() -> ColumnElement[int]:
    """Count the entries of a vocabulary's pools."""
    return (
        select(func.count())
        .select_from(PoolEntry)
        .join(Category, Category.id == PoolEntry.category_id)
        .where(Category.vocabulary_id == Vocabulary.id)
        .correlate(Vocabulary)
        .scalar_subquery()
    )
