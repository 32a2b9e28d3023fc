"""Synsets that could lend exemplars to a category: neighbours of its own in WordNet."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from ovmr_index.errors import OvmrIndexError
from ovmr_index.pools.collate import sources_of, vocabulary_step
from ovmr_index.pools.collation_queries import lent
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.vocabularies.neighbour_queries import (
    CategoryNames,
    category_synset,
    neighbours,
    nouns,
    synsets_of,
)

_WORD = re.compile("[a-z]+")
_BRACKETS = re.compile(r"[ _]*\(.*?\)")
_SHORTEST = 4  # letters of half a compound: a pennant is no ant
_DIGITS = 9  # beyond them a sum of the same terms depends on their order
_RELATIONS = {(1, 0): "hypernym", (0, 1): "hyponym", (1, 1): "sister"}


class Told(msgspec.Struct, frozen=True):
    """What the record of a category may tell beside its name, as LVIS's records do."""

    synonyms: tuple[str, ...] = ()
    definition: str = msgspec.field(default="", name="def")


_TOLD = msgspec.json.Decoder(Told)


class Suggestion(NamedTuple):
    """A synset that could lend, how it is related, how far it is, and its exemplars by dataset.

    `lends` tells that it is a substitute of the category already.
    """

    category_id: int
    category_synset: str
    synset: str
    relation: str
    distance: int
    exemplars: dict[str, int]
    lends: bool

    @property
    def total(self) -> int:
        """Return how many exemplars it could lend."""
        return sum(self.exemplars.values())


class Neighbour(NamedTuple):
    """A synset near a category's, as `queries.neighbours` has it.

    `named` tells that it is near in the tree and that the category's definition names it.
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
        """Return what sorts those of one distance, the closest first.

        Those first that the definition names, which says what a thing is ("a springboard from
        which ..."); then those that share more; then senses in WordNet's order, which is by how
        common they are.
        """
        return not self.named, -round(self.shared, _DIGITS), int(self.synset.rpartition(".")[2])


def suggest(connection: Connection, vocabulary_pk: int, category_pk: int) -> list[Suggestion]:
    """Return the neighbours of a category that have exemplars, the most promising first.

    Exemplars are counted as the steps of the kept recipe take them from substitutes. Nearer ones
    come first; of those as near first those that alone are not short, then the closest, then those
    that have more.

    Raises OvmrIndexError for a category whose synset WordNet lacks.
    """
    row = _known_to_wordnet(connection, category_pk)
    near = _neighbours(connection, row)
    recipe = stored_recipe(connection, vocabulary_pk)
    counts = _counts(connection, vocabulary_pk, [one.synset_pk for one in near], recipe)
    known = recipe.all_substitutes().get(row.synset, ())

    def rank(one: Neighbour) -> tuple[Any, ...]:
        total = sum(counts[one.synset_pk].values())
        return one.distance, total < recipe.few, *one.closeness, -total

    return [
        Suggestion(
            row.key,
            row.synset,
            one.synset,
            _relation(one.up, one.down),
            one.distance,
            counts[one.synset_pk],
            one.synset in known,
        )
        for one in sorted((one for one in near if one.synset_pk in counts), key=rank)
    ]


def neighbours_of(connection: Connection, category_pk: int) -> list[Neighbour]:
    """Return the synsets near a category's, by distance, those of one distance by closeness.

    Raises OvmrIndexError for a category whose synset WordNet lacks.
    """
    return _neighbours(connection, _known_to_wordnet(connection, category_pk))


def _known_to_wordnet(connection: Connection, category_pk: int) -> Row[*tuple[Any, ...]]:
    """Return the row of `category_synset`."""
    row = connection.execute(category_synset(category_pk)).one_or_none()
    if row is None or row.lemmas is None:
        raise OvmrIndexError(
            "WordNet has no synset of this category, and so no neighbours;"
            " name substitutes in a file: collate --substitutes FILE"
        )
    return row


def _neighbours(connection: Connection, row: Row[*tuple[Any, ...]]) -> list[Neighbour]:
    """Return the synsets near a category's row of `category_synset`."""
    told = _told(row.record)
    names = _names(connection, row.name, row.lemmas.split(), told.synonyms)
    definition = "_".join(_WORD.findall(told.definition.lower()))
    found = connection.execute(neighbours(row.synset_pk, names))
    near = [
        Neighbour(
            synset_pk,
            synset,
            distance,
            up,
            down,
            shared,
            up is not None and _is_named(lemmas.split(), definition),
        )
        for synset_pk, synset, distance, up, down, shared, lemmas in found
    ]
    return sorted(near, key=lambda one: (one.distance, *one.closeness, one.synset))


def _told(record: str) -> Told:
    """Return what a record tells; nothing where it has other members of these names."""
    try:
        return _TOLD.decode(record)
    except msgspec.MsgspecError:
        return Told()


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
    """Tell whether a definition holds one of some lemmas, in the plural or not."""
    text = f"_{definition}_"
    return any(
        f"_{lemma}{ending}_" in text for lemma in map(_underscored, lemmas) for ending in ("", "s")
    )


def _counts(
    connection: Connection, vocabulary_pk: int, synset_pks: Sequence[int], recipe: Recipe
) -> dict[int, dict[str, int]]:
    """Return how many exemplars each of some synsets could lend, by dataset."""
    lenders = synsets_of(synset_pks).order_by(None).subquery("lenders")
    counts: dict[int, dict[str, int]] = {}
    for step in recipe.all_steps(vocabulary_step(connection, vocabulary_pk)):
        sources = sources_of(connection, step)
        if step.of == "substitutes" and sources.source_pks:
            query = lent(lenders, step, sources, exclude_val=recipe.exclude_val)
            for synset_pk, count in connection.execute(query):
                by_dataset = counts.setdefault(synset_pk, {})
                by_dataset[step.dataset] = by_dataset.get(step.dataset, 0) + count
    return counts


def _relation(up: int | None, down: int | None) -> str:
    if up is None or down is None:
        return "same word"
    if (up, down) in _RELATIONS:
        return _RELATIONS[up, down]
    return ", ".join(part for part in (up and f"{up} up", down and f"{down} down") if part)
