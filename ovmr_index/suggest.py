"""Synsets that could lend exemplars to a category: neighbours of its own in WordNet."""

from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.collate import kept_recipe, own_step, sources_of
from ovmr_index.errors import OvmrIndexError
from ovmr_index.queries import Query
from ovmr_index.queries.collation import lent
from ovmr_index.queries.neighbours import category_synset, neighbours
from ovmr_index.rules import Recipe

_RELATIONS = {(1, 0): "hypernym", (0, 1): "hyponym", (1, 1): "sister"}


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


def suggest(connection: Connection, vocabulary_id: int, category_row: int) -> list[Suggestion]:
    """Return the neighbours of a category that have exemplars, the most promising first.

    Exemplars are counted as the steps of the kept recipe take them from substitutes. Nearer ones
    come first; of those as near first those that alone are not short, then the senses in WordNet's
    order, which is by how common they are, then those that have more.

    Raises OvmrIndexError for a category whose synset WordNet lacks.
    """
    row = connection.execute(category_synset(category_row)).one_or_none()
    if row is None or row.lemmas is None:
        raise OvmrIndexError(
            "WordNet has no synset of this category, and so no neighbours;"
            " name substitutes in a file: collate --substitutes FILE"
        )
    found = neighbours(row.id, row.lemmas.split())
    recipe, substitutes = kept_recipe(connection, vocabulary_id)
    counts = _counts(connection, vocabulary_id, found, recipe)
    known = substitutes.get(row.name, [])
    suggestions = [
        Suggestion(
            row.key,
            row.name,
            name,
            _relation(up, down),
            distance,
            counts[synset_id],
            name in known,
        )
        for synset_id, name, distance, up, down in connection.execute(found)
        if synset_id in counts
    ]
    return sorted(suggestions, key=lambda one: _rank(one, recipe.few))


def _counts(
    connection: Connection, vocabulary_id: int, found: Query, recipe: Recipe
) -> dict[int, dict[str, int]]:
    """Return how many exemplars each of the synsets `found` could lend, by dataset."""
    counts: dict[int, dict[str, int]] = {}
    for step in recipe.all_steps(own_step(connection, vocabulary_id)):
        sources = sources_of(connection, step)
        if step.of == "substitutes" and sources.source_ids:
            lenders = found.order_by(None).subquery("lenders")
            query = lent(lenders, step, sources, exclude_val=recipe.exclude_val)
            for synset_id, count in connection.execute(query):
                by_dataset = counts.setdefault(synset_id, {})
                by_dataset[step.dataset] = by_dataset.get(step.dataset, 0) + count
    return counts


def _relation(up: int | None, down: int | None) -> str:
    if up is None or down is None:
        return "same word"
    if (up, down) in _RELATIONS:
        return _RELATIONS[up, down]
    return ", ".join(part for part in (up and f"{up} up", down and f"{down} down") if part)


def _rank(one: Suggestion, few: int) -> tuple[int, bool, int, int, str]:
    sense = int(one.synset.rpartition(".")[2])
    return one.distance, one.total < few, sense, -one.total, one.synset
