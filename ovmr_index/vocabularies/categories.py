"""The vocabulary of a source: its categories stored."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from ovmr_index.db.bulk import next_pk
from ovmr_index.db.models import Category, PoolEntry, Vocabulary
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.marked_categories import follow_marked_categories

Labelled = tuple[CategoryRecord, int | None]


class StoredCategories(NamedTuple):
    """The pks of categories by key, and how many exemplars went with the names of others."""

    pks: dict[int, int]
    exemplars_gone: int = 0


def store_categories(
    connection: Connection, source_pk: int, name: str, categories: Sequence[Labelled]
) -> StoredCategories:
    """Replace the categories of the vocabulary `name` of a source; each has its synset's pk.

    A new vocabulary without categories is not stored. A category of another name under the same key
    is another one: its pool is emptied.
    """
    vocabulary_pk = _vocabulary(connection, source_pk, name, create=bool(categories))
    if vocabulary_pk is None:
        return StoredCategories({})
    query = select(Category.c.key, Category.c.pk, Category.c.name)
    found = connection.execute(query.where(Category.c.vocabulary_pk == vocabulary_pk)).all()
    known = {key: category_pk for key, category_pk, _ in found}
    pks = dict(_pks(categories, known, next_pk(connection, Category)))
    names = {one.key: one.name for one, _ in categories}
    renamed = [category_pk for key, category_pk, old in found if names.get(key, old) != old]
    gone = 0
    if renamed:
        of_renamed = delete(PoolEntry).where(PoolEntry.c.category_pk.in_(renamed))
        gone = connection.execute(of_renamed).rowcount
    connection.execute(delete(Category).where(Category.c.vocabulary_pk == vocabulary_pk))
    if categories:
        connection.execute(insert(Category), _rows(vocabulary_pk, categories, pks))
        follow_marked_categories(connection, vocabulary_pk)
    return StoredCategories(pks, gone)


def _vocabulary(connection: Connection, source_pk: int, name: str, *, create: bool) -> int | None:
    known = connection.execute(select(Vocabulary.c.pk).where(Vocabulary.c.name == name)).scalar()
    if known is not None or not create:
        return known
    made = insert(Vocabulary).values(name=name, source_pk=source_pk)
    return connection.execute(made.returning(Vocabulary.c.pk)).scalar_one()


def _pks(
    categories: Sequence[Labelled], known: dict[int, int], following: int
) -> Iterator[tuple[int, int]]:
    for position, (category, _) in enumerate(categories):
        yield category.key, known.get(category.key, following + position)


def _rows(
    vocabulary_pk: int, categories: Sequence[Labelled], pks: dict[int, int]
) -> list[dict[str, Any]]:
    return [
        {
            "pk": pks[category.key],
            "vocabulary_pk": vocabulary_pk,
            "key": category.key,
            "position": position,
            "name": category.name,
            "synset_pk": synset_pk,
            "frequency": category.frequency,
            "record": category.record,
        }
        for position, (category, synset_pk) in enumerate(categories)
    ]
