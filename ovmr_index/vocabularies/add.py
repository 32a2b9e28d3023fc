"""Vocabularies of one's own: categories from a list, which come with no dataset."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from ovmr_index.db.models import Category, Synset, Vocabulary
from ovmr_index.errors import UsageError
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.category_synsets import Nouns
from ovmr_index.vocabularies.synsets import SynsetPks


class AddedVocabulary(NamedTuple):
    """A vocabulary that was added, and the categories that WordNet does not know."""

    name: str
    categories: int
    unknown: list[str]


def add_vocabulary(
    connection: Connection, name: str, records: Sequence[CategoryRecord]
) -> AddedVocabulary:
    """Store the categories of a new vocabulary; raises UsageError for a name that is taken or none.

    A category's synset is the one given, by name or wnid; else the one that bears the category's
    name; else what its name means in WordNet. What WordNet lacks becomes a synset of that name
    without a wnid.
    """
    if not name.isprintable() or "/" in name or not name.strip(". "):
        raise UsageError(f"{name!r} cannot name a vocabulary; give a name without '/'")
    if connection.execute(select(Vocabulary.pk).where(Vocabulary.name == name)).scalar():
        raise UsageError(
            f"there is a vocabulary {name!r} already; run `ovmr-index vocabulary rm {name}`"
        )
    made = insert(Vocabulary).values(name=name).returning(Vocabulary.pk)
    vocabulary_pk = connection.execute(made).scalar_one()
    rows = _synset_rows(connection, records)
    named = select(Synset.pk, Synset.name, Synset.wnid)
    synsets = {row: (synset, wnid) for row, synset, wnid in connection.execute(named)}
    categories = [
        {
            "vocabulary_pk": vocabulary_pk,
            "key": record.key,
            "position": position,
            "name": record.name,
            "synset_pk": row,
            "frequency": record.frequency,
            "record": _whole_record(record, synsets[row][0]),
        }
        for position, (record, row) in enumerate(zip(records, rows, strict=True))
    ]
    connection.execute(insert(Category), categories)
    unknown = [
        record.name for record, row in zip(records, rows, strict=True) if synsets[row][1] is None
    ]
    return AddedVocabulary(name, len(records), unknown)


def _synset_rows(connection: Connection, records: Sequence[CategoryRecord]) -> list[int]:
    """Return the row of each category's synset; make those that lack."""
    nouns, ids = Nouns(connection), SynsetPks(connection)
    found = []
    for record in records:
        called = record.synset or record.name
        is_given = record.synset is not None or called in nouns.names
        meant = None if is_given else nouns.named(called)
        found.append(nouns.by_wnid.get(called) or meant or ids[called])
    return found


def _whole_record(record: CategoryRecord, synset: str) -> str:
    """Return the JSON object of a category with id, name and the synset that it has got."""
    first = {"id": record.key, "name": record.name}
    return json.dumps({**first, **json.loads(record.record), **first, "synset": synset})
