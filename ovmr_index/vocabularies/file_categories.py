"""Who the categories of a file are in a vocabulary: files number the same categories otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query
from ovmr_index.errors import OvmrIndexError, counted, folded, option, shortened
from ovmr_index.vocabularies.category_queries import categories, category_wnids
from ovmr_index.vocabularies.category_synsets import Nouns
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary
from ovmr_index.vocabularies.training_file import FileCategory
from ovmr_index.vocabularies.unique_keys import NamedCategory, unique_keys

Ids = frozenset[int]
_NONE: Ids = frozenset()
_SHOWN = 10


class Identities(NamedTuple):
    """The ids in a vocabulary of each category id of a file, and what is good to know of them.

    There are several where the file says too little to tell them apart, none for a category that
    the vocabulary does not have.
    """

    ids: dict[int, Ids]
    notes: list[str]


def identify(
    connection: Connection,
    vocabulary: str,
    held: Mapping[int, FileCategory],
    used: Iterable[int],
) -> Identities:
    """Find the categories of a file in a vocabulary: by synset, then by name, then by id.

    An id counts only where the file numbers the others as the vocabulary does.

    Args:
        connection: The index.
        vocabulary: The name of the vocabulary.
        held: The categories by id that the file itself holds.
        used: All category ids that the file labels something with.

    Raises:
        UsageError: There is no such vocabulary.
        OvmrIndexError: No category of the file is one of the vocabulary but by its id.
    """
    known = _Known(connection, vocabulary)
    known.look_up(held.values())
    found = {category_id: known.find(category_id, one) for category_id, one in held.items()}
    ids = {category_id: ids for category_id, ids in found.items() if ids}
    renumbered = [category_id for category_id, of_it in ids.items() if category_id not in of_it]
    others = sorted({*held, *used} - ids.keys())
    claimed = {one for of_it in ids.values() for one in of_it}
    by_id = [one for one in others if one in known.names and one not in claimed and not renumbered]
    notes = _Notes(vocabulary, held, known.names)
    if not ids:
        notes.require_same(by_id)
    ids |= {category_id: frozenset([category_id]) for category_id in by_id}
    said = notes.of_numbers(ids, renumbered), notes.of_names(by_id), notes.of_several(ids)
    unknown = notes.of_unknown(one for one in others if one not in ids)
    return Identities(ids, [*chain.from_iterable(said), *unknown])


def require_known_ids(
    connection: Connection, vocabulary: str, held: Mapping[int, FileCategory], used: Iterable[int]
) -> None:
    """Raise OvmrIndexError where ids are all that a file says, and the vocabulary lacks some.

    Those that it has may be others too, as where a file counts classes from 0. Arguments are those
    of `identify`.
    """
    if held:
        return
    known = {key for _, key, *_ in connection.execute(_categories_of(connection, vocabulary))}
    lacking = [str(one) for one in sorted({*used} - known)]
    if lacking:
        raise OvmrIndexError(
            f"{vocabulary} has no category {listed(lacking, _SHOWN)}, and the file does not say"
            " what its ids mean: it may number all of them otherwise; give a file with"
            f" `categories`, or the {option('vocabulary')} that it was made of"
        )


def _categories_of(connection: Connection, vocabulary: str) -> Query:
    return categories(find_vocabulary(connection, vocabulary))


class _Known:
    """The categories of a vocabulary by all that a file may call them."""

    def __init__(self, connection: Connection, vocabulary: str) -> None:
        self._nouns = Nouns(connection)
        vocabulary_pk = find_vocabulary(connection, vocabulary)
        rows = [NamedCategory(*row) for _, *row in connection.execute(categories(vocabulary_pk))]
        wnids = connection.execute(category_wnids(vocabulary_pk)).all()
        self.names = {one.category_id: one.name for one in rows}
        self._by_key = _by((key, one) for one, key in unique_keys(rows).items())
        self._by_synset = _by([*((one.synset, one.category_id) for one in rows), *wnids])
        self._by_name = _by((one.name, one.category_id) for one in rows)
        self._by_folded = _by((folded(one.name), one.category_id) for one in rows)

    def look_up(self, held: Iterable[FileCategory]) -> None:
        """Look up at once what `find` will look up in WordNet."""
        names = [one.name for one in held if one.name is not None]
        self._nouns.look_up(name for name in names if folded(name) not in self._by_folded)

    def find(self, category_id: int, one: FileCategory) -> Ids:
        """Return the ids of the categories that one of a file may be, by what it is called."""
        name = one.name or one.key or ""
        found = (
            self._by_key.get(one.key or "")
            or self._by_synset.get((one.synset or "").strip())
            or self._by_synset.get((one.synset or "").strip().lower())
            or self._by_name.get(name)
            or self._by_synset.get(name)
            or self._by_folded.get(folded(name))
            or self._by_word(name)
        )
        alike = found & self._by_folded.get(folded(name), _NONE) or found
        return frozenset([category_id]) if category_id in alike else alike

    def _by_word(self, name: str) -> Ids:
        """Return the categories with the synset that a name means in WordNet."""
        noun = self._nouns.named(name)
        if noun is None or self._nouns.has_only_part(name):
            return _NONE
        return self._by_synset.get(noun.name, _NONE)


class _Notes:
    """What is said of a file whose categories are others than a vocabulary's."""

    def __init__(
        self, vocabulary: str, held: Mapping[int, FileCategory], names: Mapping[int, str]
    ) -> None:
        self._vocabulary, self._held, self._names = vocabulary, held, names

    def require_same(self, by_id: Iterable[int]) -> None:
        """Raise OvmrIndexError where ids are all that the file has in common, and names differ."""
        for category_id in self._renamed(by_id):
            raise OvmrIndexError(
                f"category {category_id} is {self._called(category_id)} in the file and"
                f" {self._name(category_id)} in {self._vocabulary}; give the"
                f" {option('vocabulary')} that the file was made of"
            )

    def of_numbers(self, ids: Mapping[int, Ids], renumbered: Sequence[int]) -> Iterator[str]:
        """Tell which categories have another id in the vocabulary."""
        said = [
            f"{one} is {self._called(one)}, there {' or '.join(map(str, sorted(ids[one])))}"
            for one in renumbered
        ]
        if said:
            few = counted(len(said), "category", "categories")
            yield (
                f"the file numbers {few} otherwise than {self._vocabulary}; they are matched by"
                f" synset and name: {listed(said, _SHOWN)}"
            )

    def of_names(self, by_id: Iterable[int]) -> Iterator[str]:
        """Tell which categories are taken for those of their ids under another name."""
        said = [
            f"{one} is {self._called(one)}, there {self._name(one)}" for one in self._renamed(by_id)
        ]
        if said:
            yield f"taken for the categories of {self._vocabulary} with their ids: " + listed(
                said, _SHOWN
            )

    def of_several(self, ids: Mapping[int, Ids]) -> Iterator[str]:
        """Tell which categories may be several of the vocabulary."""
        said = [f"{one} {self._called(one)}" for one, of_it in ids.items() if len(of_it) > 1]
        if said:
            yield f"may be several categories of {self._vocabulary}: {listed(said, _SHOWN)}"

    def of_unknown(self, others: Iterable[int]) -> Iterator[str]:
        """Tell which categories of the file the vocabulary does not have."""
        said = [f"{one} {self._called(one)}" for one in others]
        if said:
            yield f"{self._vocabulary} does not have: {listed(said, _SHOWN)}"

    def _renamed(self, by_id: Iterable[int]) -> Iterator[int]:
        return (one for one in by_id if one in self._held and self._held[one].called is not None)

    def _called(self, category_id: int) -> str:
        called = self._held[category_id].called if category_id in self._held else None
        return "without a name" if called is None else repr(shortened(called))

    def _name(self, category_id: int) -> str:
        return repr(shortened(self._names[category_id]))


def _by(pairs: Iterable[tuple[str, int]]) -> dict[str, Ids]:
    """Return the ids of each name."""
    found: dict[str, set[int]] = {}
    for name, category_id in pairs:
        found.setdefault(name, set()).add(category_id)
    return {name: frozenset(ids) for name, ids in found.items()}
