"""Vocabularies of your own: categories from a list, without a dataset."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from ovmr_index.db.models import Category, Vocabulary
from ovmr_index.errors import UsageError, command
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.storage.paths import check_name
from ovmr_index.vocabularies.category_synsets import Nouns
from ovmr_index.vocabularies.curated import Curated
from ovmr_index.vocabularies.list_files import ListedRecord
from ovmr_index.vocabularies.lvis_senses import lvis_notes
from ovmr_index.vocabularies.marked_categories import follow_marked_categories
from ovmr_index.vocabularies.misnamed import GivenSynset, misnamed
from ovmr_index.vocabularies.names import LVIS_VOCABULARIES
from ovmr_index.vocabularies.synsets import SynsetRow, add_synset, synsets_called, trimmed


class AddedVocabulary(NamedTuple):
    """A vocabulary that was added.

    `unknown` are the categories that are not in WordNet. `by_part` are the synsets, by name of
    category, that not the name but only a part of it between slashes means. `misnamed` says of
    which categories the name is no name of the synset that the file gives them, and where they are.
    `notes` say what comes from a shipped table of classes, and what LVIS takes for another synset.
    """

    name: str
    categories: int
    unknown: list[str]
    by_part: dict[str, str]
    misnamed: list[str]
    notes: list[str]


def add_vocabulary(
    connection: Connection, name: str, listed: Sequence[ListedRecord]
) -> AddedVocabulary:
    """Store the categories of a new vocabulary.

    A category's synset is the one given, by name or wnid; else that of its class, if the names are
    those of a shipped table; else the one that has the category's name; else what its name means in
    WordNet. A name that is not in WordNet becomes a synset without a wnid.

    Raises:
        UsageError: The name is taken, or cannot name a vocabulary.
    """
    check_name("vocabulary", name)
    if name in LVIS_VOCABULARIES:
        raise UsageError(f"the name {name} stands for LVIS's file; give another")
    records = [one.category for one in listed]
    if connection.execute(select(Vocabulary.c.pk).where(Vocabulary.c.name == name)).scalar():
        raise UsageError(
            f"there is a vocabulary {name!r} already; run {command('vocabulary rm', name)}"
        )
    made = insert(Vocabulary).values(name=name).returning(Vocabulary.c.pk)
    vocabulary_pk = connection.execute(made).scalar_one()
    curated = Curated.of(records, None, by_name=True)
    synsets, by_part = _find_or_add(connection, records, curated)
    categories = [
        {
            "vocabulary_pk": vocabulary_pk,
            "key": record.key,
            "position": position,
            "name": record.name,
            "synset_pk": synset.pk,
            "frequency": record.frequency,
            "record": _whole_record(record, synset.name),
        }
        for position, (record, synset) in enumerate(zip(records, synsets, strict=True))
    ]
    connection.execute(insert(Category), categories)
    follow_marked_categories(connection, vocabulary_pk)
    unknown = [
        record.name for record, synset in zip(records, synsets, strict=True) if synset.wnid is None
    ]
    given = [
        GivenSynset(one.where, one.names, synset, one.in_line)
        for one, synset in zip(listed, synsets, strict=True)
        if one.category.synset is not None and synset.wnid is not None
    ]
    guessed = {
        record.name: synset.name
        for record, synset in zip(records, synsets, strict=True)
        if record.synset is None and not curated.knows(record)
    }
    notes = [*curated.notes(len(records)), *lvis_notes(connection, guessed)]
    return AddedVocabulary(name, len(records), unknown, by_part, misnamed(connection, given), notes)


def _find_or_add(
    connection: Connection, records: Sequence[CategoryRecord], curated: Curated
) -> tuple[list[SynsetRow], dict[str, str]]:
    """Return the synset of each category; add those that the index does not hold.

    Also return the synsets, by name of category, that a part of the name alone means.
    """
    taken = [None if record.synset else curated.take(record) for record in records]
    wanted = [
        trimmed(record.synset) if record.synset else synset or record.name
        for record, synset in zip(records, taken, strict=True)
    ]
    called = {
        name: one for one in synsets_called(connection, {*wanted}) for name in one[1:] if name
    }
    nouns = Nouns(connection)
    known = {name for name, synset in called.items() if synset.wnid is not None}
    nouns.look_up(one.name for one in records if one.synset is None and one.name not in known)
    found, by_part = [], {}
    for record, name in zip(records, wanted, strict=True):
        synset = called.get(name)
        is_guessed = record.synset is None and not curated.knows(record)
        if is_guessed and (synset is None or synset.wnid is None):
            synset = nouns.named(name) or synset
            if synset is not None and nouns.has_only_part(name):
                by_part[name] = synset.name
        if synset is None:
            synset = called[name] = SynsetRow(add_synset(connection, name), name, None)
        found.append(synset)
    return found, by_part


def _whole_record(record: CategoryRecord, synset: str) -> str:
    """Return the JSON object of a category with its id, name and synset."""
    first = {"id": record.key, "name": record.name}
    return json.dumps({**first, **json.loads(record.record), **first, "synset": synset})
