"""Suggestions of substitutes: neighbours in WordNet that have exemplars."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.pools.collate import sources_of, vocabulary_step
from ovmr_index.pools.collation_queries import substitute_counts
from ovmr_index.pools.coverage_queries import short_in_wordnet
from ovmr_index.pools.neighbours import Neighbour, SubtreeSizes, find_neighbours
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.pools.substitutes import Substitutes
from ovmr_index.vocabularies.neighbour_queries import synsets_of

_RELATIONS = {(1, 0): "hypernym", (0, 1): "hyponym", (1, 1): "sister"}


class Suggestion(NamedTuple):
    """A synset that could be a substitute of a category.

    Attributes:
        category_id: The category.
        category_synset: Its synset.
        synset: The synset that is suggested.
        relation: How the two are related.
        distance: How far apart they are, in steps.
        exemplars: How many exemplars the category would get, by dataset.
        is_substitute: Whether it is a substitute of the category already.
    """

    category_id: int
    category_synset: str
    synset: str
    relation: str
    distance: int
    exemplars: dict[str, int]
    is_substitute: bool

    @property
    def total(self) -> int:
        """How many exemplars the category would get in all."""
        return sum(self.exemplars.values())

    def as_json(self) -> dict[str, Any]:
        """Return the members that `suggest --json` prints, in their order."""
        members = self._asdict()
        lends = members.pop("is_substitute")
        return {**members, "lends": lends, "total": self.total}


def suggest(
    connection: Connection,
    vocabulary_pk: int,
    category_pk: int,
    sizes: SubtreeSizes | None = None,
) -> list[Suggestion]:
    """Return the neighbours of a category that have exemplars, the most promising first.

    Exemplars are counted as the steps of the stored recipe take them from substitutes. Nearer ones
    come first; of those as near first those that alone are not short, then the closest, then those
    that have more. `sizes` are those counted for other categories.

    Raises:
        OvmrIndexError: The category's synset is not in WordNet.
    """
    found = find_neighbours(connection, category_pk, sizes or SubtreeSizes(connection))
    recipe = stored_recipe(connection, vocabulary_pk)
    synset_pks = [one.synset_pk for one in found.neighbours]
    counts = _counts(connection, vocabulary_pk, synset_pks, recipe)
    substitutes = recipe.all_substitutes().get(found.synset, ())

    def rank(one: Neighbour) -> tuple[Any, ...]:
        total = sum(counts[one.synset_pk].values())
        return one.distance, total < recipe.few, *one.closeness, -total

    with_exemplars = (one for one in found.neighbours if one.synset_pk in counts)
    return [
        Suggestion(
            found.category_id,
            found.synset,
            one.synset,
            _relation(one.up, one.down),
            one.distance,
            counts[one.synset_pk],
            one.synset in substitutes,
        )
        for one in sorted(with_exemplars, key=rank)
    ]


def suggest_short(connection: Connection, vocabulary_pk: int) -> list[list[Suggestion]]:
    """Return what `suggest` does for each category that is short and in WordNet, by id."""
    few = stored_recipe(connection, vocabulary_pk).few
    short = connection.execute(short_in_wordnet(vocabulary_pk, few)).scalars().all()
    sizes = SubtreeSizes(connection)
    return [suggest(connection, vocabulary_pk, category_pk, sizes) for category_pk in short]


def first_suggested(found: Sequence[Sequence[Suggestion]], take: int) -> Substitutes:
    """Return the first `take` suggestions of each category that are not yet substitutes."""
    chosen: dict[str, list[str]] = {}
    for suggestions in found:
        names = [one.synset for one in suggestions if not one.is_substitute][:take]
        if names:
            chosen[suggestions[0].category_synset] = names
    return chosen


def _counts(
    connection: Connection, vocabulary_pk: int, synset_pks: Sequence[int], recipe: Recipe
) -> dict[int, dict[str, int]]:
    """Return how many exemplars each of some synsets has for a category, by dataset."""
    synsets = synsets_of(synset_pks).order_by(None).subquery("synsets_near")
    counts: dict[int, dict[str, int]] = {}
    for step in recipe.all_steps(vocabulary_step(connection, vocabulary_pk)):
        sources = sources_of(connection, step)
        if step.of == "substitutes" and sources.source_pks:
            query = substitute_counts(synsets, step, sources, exclude_val=recipe.exclude_val)
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
