"""The part of `Index` that finds substitutes for short categories."""

from ovmr_index.db.engine import reading
from ovmr_index.index.pools import Pools, category_row
from ovmr_index.pools import collate as collation
from ovmr_index.pools.coverage import Coverage
from ovmr_index.pools.suggest import Suggestion, suggest
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.neighbour_queries import known_to_wordnet
from ovmr_index.vocabularies.vocabularies import vocabulary_row


class Suggesting(Pools):
    """Substitutes by WordNet."""

    def suggest(self, category: str | int, *, vocabulary: str = LVIS) -> list[Suggestion]:
        """Return the synsets near a category in WordNet that have exemplars, the best first.

        The category is given by id, name or synset. Raises UsageError where the vocabulary has no
        such category, OvmrIndexError for one whose synset WordNet lacks.
        """
        with self._collated(vocabulary) as (connection, vocabulary_id):
            row = category_row(connection, vocabulary_id, category)
            return suggest(connection, vocabulary_id, row)

    def suggest_short(self, *, vocabulary: str = LVIS) -> list[list[Suggestion]]:
        """Return what `suggest` does for each category that is short and that WordNet knows."""
        few = self.recipe(vocabulary=vocabulary).few
        short = self.coverage(under=few, vocabulary=vocabulary)
        with self._collated(vocabulary) as (connection, vocabulary_id):
            rows = [category_row(connection, vocabulary_id, one.category_id) for one in short]
            known = connection.execute(known_to_wordnet(rows)).scalars().all()
            return [suggest(connection, vocabulary_id, row) for row in known]

    def add_substitutes(
        self, substitutes: collation.Substitutes, *, vocabulary: str = LVIS
    ) -> list[Coverage]:
        """Let synsets lend to those of categories, behind those that do; make the pools anew.

        `substitutes` are lists of synsets by synset. The rest of the kept recipe holds on. Returns
        the categories below the recipe's `few`.
        """
        with reading(self.engine) as connection:
            vocabulary_id = vocabulary_row(connection, vocabulary)
            recipe, kept = collation.kept_recipe(connection, vocabulary_id)
        for synset, names in substitutes.items():
            held = kept.setdefault(synset, [])
            held += [name for name in names if name not in held]
        return self.collate(recipe, kept, vocabulary=vocabulary)
