"""Categories to tables: the vocabulary of a source."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ovmr_index.db.bulk import next_pk
from ovmr_index.db.models import Category, PoolEntry, Vocabulary
from ovmr_index.formats.records import CategoryRecord

Labelled = tuple[CategoryRecord, int | None]


def store_categories(
    connection: Connection, source_pk: int, name: str, categories: Sequence[Labelled]
) -> dict[int, int]:
    """Bring the vocabulary `name` of a source to these categories, each with its synset's row.

    Returns their rows by key. One without categories is not made.
    """
    vocabulary_pk = _vocabulary(connection, source_pk, name, wanted=bool(categories))
    if vocabulary_pk is None:
        return {}
    query = select(Category.key, Category.pk, Category.name)
    found = connection.execute(query.where(Category.vocabulary_pk == vocabulary_pk)).all()
    known = {key: category_pk for key, category_pk, _ in found}
    ids = dict(_ids(categories, known, next_pk(connection, Category)))
    names = {one.key: one.name for one, _ in categories}
    others = [row for key, row, before in found if names.get(key, before) != before]
    connection.execute(delete(PoolEntry).where(PoolEntry.category_pk.in_(others)))
    connection.execute(delete(Category).where(Category.vocabulary_pk == vocabulary_pk))
    if categories:
        connection.execute(insert(Category), _rows(vocabulary_pk, categories, ids))
    return ids


def _vocabulary(connection: Connection, source_pk: int, name: str, *, wanted: bool) -> int | None:
    known = connection.execute(select(Vocabulary.pk).where(Vocabulary.name == name)).scalar()
    if known is not None or not wanted:
        return known
    made = insert(Vocabulary).values(name=name, source_pk=source_pk)
    return connection.execute(made.returning(Vocabulary.pk)).scalar_one()


def _ids(
    categories: Sequence[Labelled], known: dict[int, int], following: int
) -> Iterator[tuple[int, int]]:
    for position, (category, _) in enumerate(categories):
        yield category.key, known.get(category.key, following + position)


def _rows(
    vocabulary_pk: int, categories: Sequence[Labelled], ids: dict[int, int]
) -> list[dict[str, Any]]:
    return [
        {
            "pk": ids[category.key],
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
