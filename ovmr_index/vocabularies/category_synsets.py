"""The synset of a category: from a mapping, from its record or its wnid, or found by its name."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, func, select

from ovmr_index.db.models import Synset
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.mapping_file import read_mapping
from ovmr_index.vocabularies.synsets import SynsetPks
from ovmr_index.vocabularies.wordnet import read_first_senses

# What WordNet's own search does to nouns in the plural: the manual page morphy(7WN).
_ENDINGS = (
    ("s", ""),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("men", "man"),
    ("ies", "y"),
)
_SHOWN = 20


class CategorySynsets:
    """The synsets of the categories of one source, and what is good to know of them."""

    def __init__(self, connection: Connection, mapping: Path | None, *, by_name: bool) -> None:
        """Read the mapping, if there is one; raises RecordError for one that is wrong."""
        self._connection, self._file, self._by_name = connection, mapping, by_name
        self._mapping = {} if mapping is None else read_mapping(mapping)
        self._used: set[str] = set()
        self._without: list[str] = []
        self._categories = 0
        self._in_wordnet: dict[str, int] = {}

    def of_all(self, categories: Sequence[CategoryRecord]) -> list[int | None]:
        """Return the row number of each category's synset, None for a category without one.

        The mapping goes first, by the category's name, then by its id; then the record's own
        synset; then the name, where categories are looked up by name. A synset that is not there is
        made.
        """
        given = {*self._mapping.values(), *(category.synset for category in categories)}
        names = (name for name in given if name is not None)
        self._in_wordnet = in_wordnet(self._connection, names)
        self._categories = len(categories)
        found = [self._find(category) for category in categories]
        self._without = [
            category.name
            for category, synset_pk in zip(categories, found, strict=True)
            if synset_pk is None
        ]
        return found

    def named(self, name: str) -> int:
        """Return the row number of the synset called `name`; one that is not there is made."""
        return self._pks[name]

    def notes(self) -> list[str]:
        """Return what is good to know after `of_all`, line by line."""
        notes = []
        unused = [name for name in self._mapping if name not in self._used]
        if unused:
            notes.append(f"{self._file}: no category is called {_listed(unused)}")
        given = {name for name in self._mapping.values() if name is not None}
        strange = sorted(given - self._in_wordnet.keys())
        if strange:
            notes.append(f"{self._file}: not in WordNet 3.0: {_listed(strange)}")
        if self._without:
            found = self._categories - len(self._without)
            counted = f"{found} of {self._categories} categories have a synset"
            notes.append(f"{counted}; without one: {_listed(self._without)}")
        return notes

    @cached_property
    def _pks(self) -> SynsetPks:
        return SynsetPks(self._connection)

    @cached_property
    def _nouns(self) -> "Nouns":
        return Nouns(self._connection)

    def _find(self, category: CategoryRecord) -> int | None:
        for name in (category.name, str(category.key)):
            if name in self._mapping:
                self._used.add(name)
                given = self._mapping[name]
                return None if given is None else self._given(given)
        if category.synset is not None:
            return self._given(category.synset)
        return self._nouns.named(category.name) if self._by_name else None

    def _given(self, name: str) -> int:
        """Return the row number of the synset of a name or wnid; one that is not there is made."""
        found = self._in_wordnet.get(name)
        return self.named(name) if found is None else found


def in_wordnet(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the row numbers of WordNet's synsets, by those of `names` that are a name or wnid."""
    asked = func.json_each(json.dumps(sorted(names))).table_valued("value").c.value
    query = select(asked, Synset.pk).where(Synset.wnid.is_not(None))
    by_name = query.where(Synset.name == asked)
    by_wnid = query.where(Synset.wnid == asked)
    return dict(connection.execute(by_name.union_all(by_wnid)).all())


class Nouns:
    """The nouns of WordNet by wnid, and by word: the synset that is the word's first sense."""

    def __init__(self, connection: Connection) -> None:
        """Read the synsets of WordNet."""
        query = select(Synset.pk, Synset.name, Synset.wnid, Synset.lemmas)
        self.by_wnid: dict[str, int] = {}
        self.names: set[str] = set()
        first_senses: dict[str, int] = {}
        sharing: dict[str, list[int]] = {}
        for synset_pk, name, wnid, lemmas in connection.execute(query):
            if wnid is None:
                continue
            self.by_wnid[wnid] = synset_pk
            self.names.add(name)
            first, _, sense = name.partition(".n.")
            if sense == "01":
                first_senses[first] = synset_pk
            for word in {*(lemmas or "").lower().split()} - {first}:
                sharing.setdefault(word, []).append(synset_pk)
        told = {
            word: self.by_wnid[wnid]
            for word, wnid in read_first_senses().items()
            if wnid in self.by_wnid
        }
        alone = {word: ids[0] for word, ids in sharing.items() if len(ids) == 1}
        self._by_word = {**told, **alone, **first_senses}

    def named(self, name: str) -> int | None:
        """Return the synset of a name in words, of the words between slashes in turn, or None.

        A word in the plural is looked up in the singular too.
        """
        for words in dict.fromkeys((name, *name.split("/"))):
            for word in _with_singulars("_".join(words.lower().split())):
                if word in self._by_word:
                    return self._by_word[word]
        return None


def _with_singulars(word: str) -> Iterator[str]:
    """Yield a word, then what it may be the plural of."""
    yield word
    for plural, singular in _ENDINGS:
        if word.endswith(plural):
            yield word.removesuffix(plural) + singular


def _listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", and {more:,} more" if more > 0 else "")
