"""The part of `Index` that makes pools and tells of them."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.engine import reading
from ovmr_index.errors import UsageError
from ovmr_index.index.base import IndexBase
from ovmr_index.pools import collate as collation
from ovmr_index.pools.coverage import Coverage
from ovmr_index.pools.coverage_queries import coverage, datasets
from ovmr_index.pools.exemplar_queries import category_entries
from ovmr_index.pools.exemplars import Pick, to_pick
from ovmr_index.pools.recipe import Recipe, read_rules
from ovmr_index.vocabularies.category_queries import find_category
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.vocabularies import vocabulary_row

DATASETS = ("lvis", "imagenet21k", "visual_genome")


class Pools(IndexBase):
    """Pools of exemplars."""

    def collate(
        self,
        recipe: Recipe | None = None,
        substitutes: collation.Substitutes | Path | None = None,
        *,
        vocabulary: str = LVIS,
    ) -> list[Coverage]:
        """Make the pools of a vocabulary anew; return those below the recipe's `few`.

        `substitutes` are lists of synsets by synset, or the path of a JSON file that holds them.
        What is not given is what was published; a vocabulary that came with another dataset takes
        from that first. Both are kept with the pools, and hold for later samples and exports until
        `collate` is called again. Raises MissingSourceError without LVIS's train file, UsageError
        without another vocabulary, OvmrIndexError for a file of substitutes that cannot be used.
        """
        if substitutes is None:
            substitutes = collation.published_substitutes()
        elif isinstance(substitutes, Path):
            substitutes = collation.read_substitutes(substitutes)
        recipe = recipe or Recipe()
        with reading(self.engine) as connection:
            vocabulary_id = vocabulary_row(connection, vocabulary)
        collation.collate(self.engine, vocabulary_id, recipe, substitutes, self._progress)
        return self.coverage(under=recipe.few, vocabulary=vocabulary)

    def collate_by(self, rules: Path, *, vocabulary: str = LVIS) -> list[Coverage]:
        """Make the pools of a vocabulary by the rules of a JSON file, as `collate` does.

        Raises OvmrIndexError, which names the file, the step and what is wrong there.
        """
        found = read_rules(rules)
        with reading(self.engine) as connection:
            collation.check_datasets(connection, str(rules), found.steps or ())
        recipe = Recipe(few=found.few, exclude_val=found.exclude_val, steps=found.steps)
        return self.collate(recipe, found.substitutes, vocabulary=vocabulary)

    def recipe(self, *, vocabulary: str = LVIS) -> Recipe:
        """Return the recipe of the last collation, the published one before the first."""
        with reading(self.engine) as connection:
            return collation.kept_recipe(connection, vocabulary_row(connection, vocabulary))[0]

    def coverage(self, under: int | None = None, *, vocabulary: str = LVIS) -> list[Coverage]:
        """Return how many exemplars each category has, or only those with fewer than `under`."""
        with self._collated(vocabulary) as (connection, vocabulary_id):
            names: dict[int, str] = dict(connection.execute(datasets()).all())
            rows = connection.execute(coverage(vocabulary_id, *names))
            counted = [
                Coverage(key, synset, _by_dataset(names.values(), counts), lent)
                for key, synset, lent, *counts in rows
            ]
        return [one for one in counted if under is None or one.total < under]

    def exemplars(self, category: str | int, *, vocabulary: str = LVIS) -> list[Pick]:
        """Return the pool of a category, given by id, name or synset, in the recipe's order.

        Raises UsageError where the vocabulary has no such category.
        """
        with self._collated(vocabulary) as (connection, vocabulary_id):
            row = category_row(connection, vocabulary_id, category)
            rows = stream_rows(connection, category_entries(row))
            return [to_pick(entry, self.root) for entry in rows]


def _by_dataset(names: Iterable[str], counts: Iterable[int]) -> dict[str, int]:
    """Return the counts by dataset; those of the recipe come first, and always."""
    return dict.fromkeys(DATASETS, 0) | dict(zip(names, counts, strict=True))


def category_row(connection: Connection, vocabulary_id: int, category: str | int) -> int:
    """Return the row of a category; raises UsageError where there is none, or several."""
    query = find_category(vocabulary_id, category)
    found = connection.execute(query).scalars().all()
    if len(found) != 1:
        many = "no category" if not found else f"{len(found)} categories"
        raise UsageError(f"the vocabulary has {many} {category!r}; give an id, a name or a synset")
    return found[0]
