"""Synsets near a category's in WordNet, which could be its substitutes."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import OvmrIndexError, command
from ovmr_index.vocabularies.neighbour_queries import (
    CategoryNames,
    category_synset,
    hypernyms_above,
    hyponyms,
    neighbours,
    nouns,
    synsets_in_wordnet,
)

_WORD = re.compile("[a-z]+")
_BRACKETS = re.compile(r"[ _]*\(.*?\)")
_SHORTEST = 4  # letters of half a compound: a pennant is no ant
_DIGITS = 9  # beyond them a sum of the same terms depends on their order


class CategoryText(msgspec.Struct, frozen=True):
    """What a category's record may say beside its name, as LVIS's records do."""

    synonyms: tuple[str, ...] = ()
    definition: str = msgspec.field(default="", name="def")


class Neighbour(NamedTuple):
    """A synset near a category's, as `neighbour_queries.neighbours` finds it.

    `named` is true where it is near in the tree and the category's definition names it.
    """

    synset_pk: int
    synset: str
    distance: int
    up: int | None
    down: int | None
    shared: float
    named: bool

    @property
    def closeness(self) -> tuple[bool, float, int]:
        """What sorts those of one distance, the closest first.

        Those first that the definition names, which says what a thing is ("a springboard from
        which ..."); then those that share more; then senses in WordNet's order, which is by how
        common they are.
        """
        return not self.named, -round(self.shared, _DIGITS), int(self.synset.rpartition(".")[2])


class Neighbourhood(NamedTuple):
    """A category, its synset, and the synsets near that: by distance, then by closeness."""

    category_id: int
    synset: str
    neighbours: list[Neighbour]


class SubtreeSizes:
    """How many synsets there are, and how many from each down: counted once for all categories."""

    def __init__(self, connection: Connection) -> None:
        """Count nothing yet."""
        self._connection = connection
        self._counted: dict[int, int] = {}

    @cached_property
    def total(self) -> int:
        """How many synsets WordNet has."""
        return self._connection.execute(synsets_in_wordnet()).scalar_one()

    def above(self, synset_pk: int) -> dict[int, int]:
        """Return the sizes of a synset and of those above it, as `hypernyms_above` has them."""
        tops = self._connection.execute(hypernyms_above(synset_pk)).scalars().all()
        below: dict[int, set[int]] = {}
        for top in tops:
            if top not in self._counted:
                below[top] = self._below(top, below)
                self._counted[top] = len(below[top])
        return {top: self._counted[top] for top in tops}

    @cached_property
    def _hyponyms(self) -> dict[int, str]:
        return dict(self._connection.execute(hyponyms()).all())

    def _below(self, top: int, known: Mapping[int, set[int]]) -> set[int]:
        """Return a synset and all below it; `known` are those below some others.

        A recursive query asks for each pair of a synset and one below it, and takes longer: half of
        WordNet is below each of its last hypernyms.
        """
        found, last = {top}, {top}
        while last:
            listed = ",".join(self._hyponyms[one] for one in last if one in self._hyponyms)
            last = set(msgspec.json.decode(f"[{listed}]", type=list[int])) - found
            for one in last & known.keys():
                found |= known[one]
            last -= found
            found |= last
        return found


def find_neighbours(connection: Connection, category_pk: int, sizes: SubtreeSizes) -> Neighbourhood:
    """Return the synsets near a category's.

    Raises:
        OvmrIndexError: The category's synset is not in WordNet.
    """
    row = connection.execute(category_synset(category_pk)).one_or_none()
    if row is None or row.lemmas is None:
        raise OvmrIndexError(
            "WordNet has no synset of this category, and so no neighbours;"
            f" name substitutes in a file: {command('collate', substitutes='FILE')}"
        )
    return Neighbourhood(row.key, row.synset, _neighbours(connection, row, category_pk, sizes))


def _neighbours(
    connection: Connection, row: Row[*tuple[Any, ...]], category_pk: int, sizes: SubtreeSizes
) -> list[Neighbour]:
    """Return the synsets near a category's row of `category_synset`."""
    text = _text(row.record, category_pk)
    names = _names(connection, row.name, row.lemmas.split(), text.synonyms)
    definition = "_".join(_WORD.findall(text.definition.lower()))
    near = [
        Neighbour(
            found.synset_pk,
            found.name,
            found.distance,
            found.up,
            found.down,
            found.shared,
            named=found.up is not None and _is_named(found.lemmas.split(), definition),
        )
        for found in connection.execute(
            neighbours(row.synset_pk, names, sizes.above(row.synset_pk), sizes.total)
        )
    ]
    return sorted(near, key=lambda one: (one.distance, *one.closeness, one.synset))


def _text(record: str, category_pk: int) -> CategoryText:
    """Return what a record says; nothing where members of these names are of another kind.

    Raises DamagedError for a record that is no JSON object.
    """
    try:
        return msgspec.convert(
            decoded_object(record, "categories.record", category_pk), CategoryText
        )
    except msgspec.ValidationError:
        return CategoryText()


def _names(
    connection: Connection, name: str, lemmas: Sequence[str], synonyms: Sequence[str]
) -> CategoryNames:
    """Return what a category is called; the chief names are its own and the first lemma.

    A closed compound counts as its two words as well, where both are nouns: sugarcane.
    """
    chief = {_underscored(name), _underscored(lemmas[0])}
    whole = chief.union(_underscored(one) for one in [*lemmas, *synonyms])
    words = {word for one in chief for word in one.split("_") if word}
    halves = [
        (word[:cut], word[cut:])
        for word in sorted(words)
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1)
    ]
    known = connection.execute(nouns({half for pair in halves for half in pair})).scalars()
    first_senses = {synset.partition(".")[0] for synset in known}
    words.update(half for pair in halves if first_senses.issuperset(pair) for half in pair)
    return CategoryNames(
        frozenset(whole.union(one.rpartition("_")[2] for one in chief) - {""}), frozenset(words)
    )


def _underscored(name: str) -> str:
    """Return a name as lemmas are compared, without what LVIS explains in brackets."""
    return re.sub(r"[ -]", "_", _BRACKETS.sub("", name).lower())


def _is_named(lemmas: Sequence[str], definition: str) -> bool:
    """Return whether a definition has one of some lemmas, in the plural or not."""
    text = f"_{definition}_"
    return any(
        f"_{lemma}{ending}_" in text for lemma in map(_underscored, lemmas) for ending in ("", "s")
    )
