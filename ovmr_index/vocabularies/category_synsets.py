"""The synset of a category: from a mapping, from its record or its wnid, or found by its name."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.errors import RecordError, option, shortened
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.curated import Curated
from ovmr_index.vocabularies.mapping_file import Synsets, read_mapping
from ovmr_index.vocabularies.mapping_keys import MappingKeys
from ovmr_index.vocabularies.notes import alike_names, describe_parts, listed
from ovmr_index.vocabularies.synset_queries import synsets_with
from ovmr_index.vocabularies.synsets import (
    OF_LVIS_ALONE,
    SynsetPks,
    SynsetRow,
    synsets_called,
    trimmed,
)
from ovmr_index.vocabularies.wordnet import read_first_senses

# What WordNet's search does to nouns in the plural: the manual page morphy(7WN).
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
_SHOWN_STRANGE = 5  # of the synsets that WordNet does not have
_LONGEST_WORD = 200  # WordNet's have up to 71 letters; SQLite compares none of over 50,000
_FEWEST_LETTERS = 3  # of a part of a name: or, in "and/or", is no Oregon


class CategorySynsets:
    """The synsets of the categories of one source, and what is good to know of them."""

    def __init__(
        self,
        connection: Connection,
        mapping: Path | Synsets | None,
        *,
        by_name: bool,
        classes: str | None = None,
        has_ids: bool = True,
    ) -> None:
        """Read the mapping, if there is one; raises RecordError for one that is wrong.

        With `classes` the categories are those of this shipped table. Without `has_ids` the source
        gives its categories no ids: they are counted.
        """
        self._connection, self._by_name = connection, by_name
        self._file = mapping if isinstance(mapping, Path) else Path(option("synsets"))
        self._mapping = read_mapping(mapping) if isinstance(mapping, Path) else mapping or {}
        self._classes, self._has_ids = classes, has_ids
        self._curated = Curated(None, ())
        self._keys: dict[int, str] = {}
        self._also_used: list[str] = []
        self._numbered: list[str] = []
        self._alike: list[str] = []
        self._without: list[str] = []
        self._strange: list[str] = []
        self._own: list[str] = []
        self._by_part: dict[str, str] = {}
        self._categories = 0
        self._in_wordnet: dict[str, int] = {}

    def of_all(self, categories: Sequence[CategoryRecord]) -> list[int | None]:
        """Return the pk of each category's synset, None for a category without one.

        The mapping goes first, whose keys are names or ids; then the synset of the record; then
        that of its class in a shipped table; then the name, if categories are looked up by name;
        then its own. A synset that the index does not hold is added.

        Raises:
            UsageError: No table ships under the name of `classes`.
            RecordError: Keys of the mapping may be names and may be ids, of other categories; or
                two keys say different things of one category.
        """
        if self._mapping:
            keys = MappingKeys(self._mapping, categories, prefer_names=not self._has_ids)
            self._keys = keys.by_id(self._file)
            self._require_same(keys.pairs)
            self._numbered = [
                f"{one.key} {shortened(one.name)}"
                for one in categories
                if self._keys.get(one.key) == str(one.key) != one.name
            ]
        names = [category.name for category in categories]
        self._curated = Curated.of(categories, self._classes, by_name=self._by_name)
        given = {*self._mapping.values(), *(category.synset for category in categories)}
        given |= self._curated.synsets
        given_names = (trimmed(name) for name in given if name is not None)
        self._in_wordnet = in_wordnet(self._connection, given_names)
        self._categories = len(categories)
        self._alike = alike_names(names)
        own = (one.synset for one in categories if one.key not in self._keys and one.synset)
        known = {*self._in_wordnet, *OF_LVIS_ALONE}
        self._strange = [name for name in own if trimmed(name) not in known]
        if self._by_name:
            self._nouns.look_up(names)
        found = [self._find(category) for category in categories]
        self._without = [
            category.name
            for category, synset_pk in zip(categories, found, strict=True)
            if synset_pk is None
        ]
        return found

    def named(self, name: str) -> int:
        """Return the pk of the synset called `name`, which is added if it is missing."""
        return self._pks[name]

    def error_of_none(self, name: str) -> RecordError:
        """Return the error for a category without a synset whose name is a synset of WordNet."""
        problem = "is to have no synset, and its name is one of WordNet"
        remedy = "give another synset, leave the key out, or rename the folder"
        return RecordError(self._file, f"key {shortened(name)!r}", problem, remedy)

    def notes(self) -> list[str]:
        """Return what is good to know after `of_all`, line by line."""
        notes = []
        used = {*self._keys.values(), *self._also_used}
        unused = [name for name in self._mapping if name not in used]
        if unused:
            notes.append(f"{self._file}: no category is called {listed(unused)}")
        if self._numbered and not self._has_ids:
            notes.append(
                f"{self._file}: the keys are the numbers of folders by name, which change with the"
                f" folders: {listed(self._numbered)}; give names in their place"
            )
        given = {name for name in self._mapping.values() if name is not None}
        strange = sorted(name for name in given if trimmed(name) not in self._in_wordnet)
        if strange:
            notes.append(f"{self._file}: not in WordNet 3.0: {listed(strange)}")
        if self._strange:
            counted = f"{len(self._strange)} of {self._categories} categories have a synset"
            first = listed(self._strange, _SHOWN_STRANGE)
            notes.append(f"{counted} that is not in WordNet 3.0: {first}")
        if self._without:
            found = self._categories - len(self._without)
            counted = f"{found} of {self._categories} categories have a synset"
            notes.append(f"{counted}; without one: {listed(self._without)}")
        if self._own:
            counted = f"{len(self._own)} of {self._categories} categories have a synset"
            notes.append(f"{counted} of their dataset alone, none of WordNet: {listed(self._own)}")
        notes += [*self._curated.notes(self._categories), *self._alike]
        if self._by_part:
            notes.append(describe_parts(self._by_part))
        return notes

    def _require_same(self, pairs: list[tuple[str, str]]) -> None:
        """Raise RecordError where two keys give one category different synsets."""
        self._also_used = [by_id for by_id, _ in pairs]
        for by_id, by_name in pairs:
            if self._mapping[by_id] != self._mapping[by_name]:
                problem = f"is the id of {shortened(by_name)!r}, a key with another synset"
                raise RecordError(self._file, f"key {by_id!r}", problem, "remove one of them")

    @cached_property
    def _pks(self) -> SynsetPks:
        return SynsetPks(self._connection)

    @cached_property
    def _nouns(self) -> "Nouns":
        return Nouns(self._connection)

    def _find(self, category: CategoryRecord) -> int | None:
        if category.key in self._keys:
            given = self._mapping[self._keys[category.key]]
            return None if given is None else self._given(given)
        if category.synset is not None:
            return self._given(category.synset)
        if (curated := self._curated.take(category)) is not None:
            return self._given(curated)
        is_guessed = self._by_name and not self._curated.knows(category)
        found = self._nouns.named(category.name) if is_guessed else None
        if found is not None and self._nouns.has_only_part(category.name):
            self._by_part[category.name] = found.name
        if found is None and category.own_synset is not None:
            self._own.append(category.name)
            return self.named(category.own_synset)
        return None if found is None else found.pk

    def _given(self, name: str) -> int:
        """Return the pk of the synset of a name or wnid, which is added if it is missing."""
        name = trimmed(name)
        found = self._in_wordnet.get(name)
        return self.named(name) if found is None else found


def in_wordnet(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the pks of WordNet's synsets by those of `names` that are a name or wnid."""
    asked = {*names}
    return {
        called: synset.pk
        for synset in synsets_called(connection, sorted(asked))
        if synset.wnid is not None
        for called in (synset.name, synset.wnid)
        if called in asked
    }


class Nouns:
    """The nouns of WordNet by what people call them: the synset that is a word's first sense."""

    def __init__(self, connection: Connection) -> None:
        """Look nothing up yet."""
        self._connection = connection
        self._by_word: dict[str, SynsetRow | None] = {}

    def named(self, name: str) -> SynsetRow | None:
        """Return the synset of a name in words, of the words between slashes in turn, or None.

        A word in the plural is looked up in the singular too.
        """
        self.look_up([name])
        return self._first(_words_of(name))

    def has_only_part(self, name: str) -> bool:
        """Return whether WordNet knows no name in words but only the words of a part of it."""
        self.look_up([name])
        whole, every = self._first(_whole_words(name)), self._first(_words_of(name))
        return whole is None and every is not None

    def look_up(self, names: Iterable[str]) -> None:
        """Look up what `named` will be asked for: many names at once take no longer than a few."""
        asked = {word for name in names for word in _words_of(name)}
        words = {word for word in asked if word not in self._by_word}
        self._by_word |= dict.fromkeys(words)
        for find in (self._first_senses, self._listed_senses, self._only_senses):
            found = find(words) if words else {}
            self._by_word |= found
            words.difference_update(found)

    def _first(self, words: Iterable[str]) -> SynsetRow | None:
        return next(filter(None, (self._by_word[word] for word in words)), None)

    def _first_senses(self, words: Collection[str]) -> dict[str, SynsetRow]:
        """Return the synsets that are called by a word and the number of its first sense."""
        names = {f"{word}.n.01": word for word in words}
        found = synsets_called(self._connection, names)
        return {names[one.name]: one for one in found if one.wnid is not None}

    def _listed_senses(self, words: Collection[str]) -> dict[str, SynsetRow]:
        """Return the first senses of words that stand behind others in several synsets."""
        listed = read_first_senses()
        wnids = {word: listed[word] for word in words if word in listed}
        found = {one.wnid: one for one in synsets_called(self._connection, wnids.values())}
        return {word: found[wnid] for word, wnid in wnids.items() if wnid in found}

    def _only_senses(self, words: Collection[str]) -> dict[str, SynsetRow]:
        """Return the synsets of words that stand behind others in one synset alone."""
        senses: dict[str, list[SynsetRow]] = {}
        words = {word for word in words if len(word) <= _LONGEST_WORD}
        rows = self._connection.execute(synsets_with(words)) if words else ()
        for *synset, lemmas in rows:
            first, *others = lemmas.lower().split()
            for word in ({*others} - {first}).intersection(words):
                senses.setdefault(word, []).append(SynsetRow(*synset))
        return {word: found[0] for word, found in senses.items() if len(found) == 1}


def _words_of(name: str) -> Iterator[str]:
    """Yield the words that a name may be, the likeliest first: the whole name, then its parts.

    A name that begins with a slash, as `/m/0bt9lr`, has no parts, and a part of one or two letters,
    as in `A/C unit`, is no word.
    """
    yield from _whole_words(name)
    if "/" in name and not name.lstrip().startswith("/"):
        for part in name.split("/"):
            words = with_singulars("_".join(part.lower().split()))
            yield from (word for word in words if _letters(word) >= _FEWEST_LETTERS)


def _whole_words(name: str) -> Iterator[str]:
    return with_singulars("_".join(name.lower().split()))


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))


def with_singulars(word: str) -> Iterator[str]:
    """Yield a word, then what it may be the plural of."""
    yield word
    for plural, singular in _ENDINGS:
        if word.endswith(plural):
            yield word.removesuffix(plural) + singular
